import Dispatch
import Glibc
import GRDB

/// An open ledger file: its statements, and the transactions in which they run.
///
/// It belongs to the thread that opened it.
final class LedgerConnection {
    /// What a connection is for.
    enum Access {
        case writing, reading
    }

    let path: String
    let ledgerID: String
    let messages: MessageTable
    let progress: ProgressTable
    let decisions: DecisionTable
    let consents: ConsentTable
    let bridges: BridgeTable
    let conversations: ConversationTable
    let names: NameTable

    let queue: DatabaseQueue
    private let kind: Database.TransactionKind
    private let file: FileIdentity

    /// Opens the file, and creates and migrates it when it is opened for writing.
    init(path: String, access: Access, options: SQLiteLedger.Options) throws(LedgerError) {
        do {
            let queue = try Self.open(path, access, options)
            self.queue = queue
            self.path = path
            file = try FileIdentity(path)
            kind = access == .writing ? .immediate : .deferred
            (ledgerID, names, messages, progress, decisions, consents, bridges, conversations) =
                try queue.writeWithoutTransaction { database in
                    let values = BoundValues()
                    try database.execute(sql: "PRAGMA cache_size = \(-options.cacheSize / 1024)")
                    return (
                        try String.fetchOne(database, sql: "SELECT id FROM ledger") ?? "",
                        try NameTable(database, values), try MessageTable(database, values),
                        try ProgressTable(database, values),
                        try DecisionTable(database, values),
                        try ConsentTable(database, values), try BridgeTable(database, values),
                        try ConversationTable(database, values)
                    )
                }
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Does all calls in one transaction. A call that fails by itself leaves its neighbours alone.
    ///
    /// - Returns: the outcome of each call, once all of them are durable.
    /// - Throws: when nothing was recorded.
    func perform(_ calls: [LedgerCall]) throws(LedgerError) -> [Result<@Sendable () -> Void, LedgerError>] {
        guard try FileIdentity(path) == file else { throw LedgerError(.missing, path: path) }
        do {
            return try attempt(calls, separately: false)
        } catch let error where error.concernsOneCall {
            // Savepoints cost as much as the calls, so they are only made when one is known to need them.
            return try attempt(calls, separately: true)
        }
    }

    private func attempt(
        _ calls: [LedgerCall], separately: Bool
    ) throws(LedgerError) -> [Result<@Sendable () -> Void, LedgerError>] {
        bridges.beginTransaction()
        do {
            return try queue.writeWithoutTransaction { database in
                var outcomes: [Result<@Sendable () -> Void, LedgerError>] = []
                outcomes.reserveCapacity(calls.count)
                try database.inTransaction(kind) {
                    for call in calls {
                        outcomes.append(
                            separately
                                ? try performSeparately(call, database)
                                : .success(try call.perform(self)))
                    }
                    return .commit
                }
                return outcomes
            }
        } catch {
            forgetTransaction()
            throw LedgerError(error, path: path)
        }
    }

    private func performSeparately(
        _ call: LedgerCall, _ database: Database
    ) throws -> Result<@Sendable () -> Void, LedgerError> {
        var outcome: Result<@Sendable () -> Void, LedgerError> = .failure(LedgerError(.other))
        try database.inSavepoint {
            do {
                outcome = .success(try call.perform(self))
                return .commit
            } catch let error as LedgerError where error.concernsOneCall {
                outcome = .failure(error)
                forgetTransaction()
                return .rollback
            }
        }
        return outcome
    }

    /// Drops what was remembered of rows that were rolled back.
    private func forgetTransaction() {
        names.forget()
        messages.forget()
        decisions.forget()
        bridges.beginTransaction()
    }

    private static func open(
        _ path: String, _ access: Access, _ options: SQLiteLedger.Options
    ) throws -> DatabaseQueue {
        guard access == .writing else {
            return try DatabaseQueue(path: path, configuration: configuration(access, options))
        }
        return try FolderLock.hold(besides: path, timeout: options.busyTimeout) {
            try FileIdentity.create(path)
            let queue = try DatabaseQueue(path: path, configuration: configuration(access, options))
            try Schema.prepare(queue, path: path, options: options)
            return queue
        }
    }

    private static func configuration(_ access: Access, _ options: SQLiteLedger.Options) -> Configuration {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.readonly = access == .reading
        // GRDB would end the process when a rollback fails as well; the connection is closed then.
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .callback(waitForLock(options.busyTimeout))
        return configuration
    }

    /// Waits for another process to end its transaction. SQLite's own wait grows to a tenth of a second, and would find
    /// the file locked again by a process that commits every millisecond; the lock has nothing to be notified by.
    private static func waitForLock(_ timeout: Duration) -> Database.BusyCallback {
        let pause: Duration = .microseconds(500)
        let limit = Int(max(0, timeout / pause))
        return { tries in
            guard tries < limit else { return false }
            usleep(500)
            return true
        }
    }
}
