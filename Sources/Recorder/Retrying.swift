import Logging
import Messaging
import Observability

/// Tries again for as long as the ledger is away, a little later each time: nothing is acknowledged that is not
/// recorded. Says the loss and the recovery once.
struct Retrying: Sendable {
    /// How it ended.
    enum Outcome: Sendable, Equatable {
        /// It is durable.
        case recorded
        /// The ledger is well and does not take this; trying again would change nothing.
        case refused
        /// Given up because the task was cancelled: the broker must deliver again.
        case interrupted
    }

    private let wait: @Sendable (_ seconds: Double) async -> Void
    private let logger: Logger
    private let outage = Outage()

    init(logger: Logger, wait: @escaping @Sendable (_ seconds: Double) async -> Void) {
        self.logger = logger
        self.wait = wait
    }

    /// Runs `body` until it does not throw, or the task is cancelled.
    func untilItWorks(_ what: String, _ body: () async throws -> Void) async -> Outcome {
        var delay = 0.1
        while !Task.isCancelled {
            do {
                try await body()
                if outage.ends() { logger.notice("The ledger is back") }
                return .recorded
            } catch let error as any LedgerFailure where error.refusesCall {
                return .refused
            } catch {
                if outage.begins() {
                    logger.error("The ledger is away; events wait", metadata: ["what": "\(what)", "error": "\(error)"])
                }
                await wait(delay)
                delay = min(delay * 2, 5)
            }
        }
        return .interrupted
    }
}
