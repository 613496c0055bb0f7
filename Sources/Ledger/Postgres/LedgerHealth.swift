import Logging
import Synchronization

/// Tells the operator once that a ledger cannot be used, and once that it works again.
final class LedgerHealth: Sendable {
    private let place: String
    private let logger: Logger
    private let failure = Mutex<LedgerError.Code?>(nil)

    init(place: String, logger: Logger) {
        self.place = place
        self.logger = logger
    }

    func failed(_ error: LedgerError) {
        let isNew = failure.withLock { failure in
            guard failure != error.code else { return false }
            failure = error.code
            return true
        }
        guard isNew else { return }
        logger.error("The ledger cannot be used", metadata: ["ledger.path": "\(place)", "ledger.error": "\(error)"])
    }

    func worked() {
        let hadFailed = failure.withLock { failure in
            defer { failure = nil }
            return failure != nil
        }
        if hadFailed { logger.notice("The ledger works again", metadata: ["ledger.path": "\(place)"]) }
    }
}
