import Dispatch
import Logging

/// Keeps a connection over its failures: one that failed is closed, and the next batch opens another.
///
/// It belongs to the ledger's thread.
final class LedgerSession {
    private let path: String
    private let access: LedgerConnection.Access
    private let options: SQLiteLedger.Options
    private let logger: Logger
    private var connection: LedgerConnection?
    /// Which ledger was opened first; only that one is opened again.
    private var ledgerID: String?
    private var lastFailure: (error: LedgerError, at: UInt64)?
    /// What the operator was told since it worked last. A full disk is now this error and now that one.
    private var told: Set<LedgerError.Code> = []

    /// A file that could not be opened is tried again after this many nanoseconds: callers who hurry are told the last
    /// error meanwhile.
    private static let pause: UInt64 = 100_000_000

    init(path: String, access: LedgerConnection.Access, options: SQLiteLedger.Options, logger: Logger) {
        self.path = path
        self.access = access
        self.options = options
        self.logger = logger
    }

    /// Does the calls, and wakes their callers when all is durable.
    func perform(_ calls: [any LedgerCall]) {
        let start = ContinuousClock.now
        do throws(LedgerError) {
            let connection = try openConnection()
            do throws(LedgerError) {
                try connection.perform(calls)
            } catch {
                throw noted(error)
            }
        } catch {
            connection = nil
            for call in calls { call.fail(error) }
            options.wakeCallers { for call in calls { call.wake() } }
            return
        }
        if access == .writing { options.onCommit(calls.count, ContinuousClock.now - start) }
        if lastFailure != nil {
            logger.notice("The ledger works again", metadata: ["ledger.path": "\(path)"])
            lastFailure = nil
            told = []
        }
        options.wakeCallers { for call in calls { call.wake() } }
    }

    func close() {
        connection = nil
    }

    private func openConnection() throws(LedgerError) -> LedgerConnection {
        if let connection { return connection }
        if let lastFailure, DispatchTime.now().uptimeNanoseconds &- lastFailure.at < Self.pause {
            throw lastFailure.error
        }
        do throws(LedgerError) {
            // An empty file in the place of a ledger that was removed would forget what was sent.
            guard ledgerID == nil || FileIdentity.exists(path) else { throw LedgerError(.missing, path: path) }
            let opened = try LedgerConnection(
                path: path, access: access, options: options, isFirst: ledgerID == nil)
            guard ledgerID == nil || ledgerID == opened.ledgerID else { throw LedgerError(.replaced, path: path) }
            ledgerID = opened.ledgerID
            connection = opened
            return opened
        } catch {
            throw noted(error)
        }
    }

    /// Remembers a failure, and tells the operator of it once.
    private func noted(_ error: LedgerError) -> LedgerError {
        if told.insert(error.code).inserted {
            logger.error(
                "The ledger cannot be used", metadata: ["ledger.path": "\(path)", "ledger.error": "\(error)"])
        }
        lastFailure = (error, DispatchTime.now().uptimeNanoseconds)
        return error
    }
}
