import Logging
import Synchronization

/// Tells the operator once that a ledger cannot be used, and once that it works again.
final class LedgerHealth: Sendable {
    private let place: String
    private let logger: Logger
    /// What the operator was told since it worked last.
    private let told = Mutex<Set<LedgerError.Code>>([])

    init(place: String, logger: Logger) {
        self.place = place
        self.logger = logger
    }

    func failed(_ error: LedgerError) {
        let isNew = told.withLock { $0.insert(error.code).inserted }
        guard isNew else { return }
        logger.error("The ledger cannot be used", metadata: ["ledger.path": "\(place)", "ledger.error": "\(error)"])
    }

    func worked() {
        let hadFailed = told.withLock { told in
            defer { told = [] }
            return !told.isEmpty
        }
        if hadFailed { logger.notice("The ledger works again", metadata: ["ledger.path": "\(place)"]) }
    }
}
