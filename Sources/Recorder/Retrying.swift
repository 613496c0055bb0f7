import EventLoop
import Logging
import Synchronization

/// Tries again for as long as the ledger is away, a little later each time: nothing is acknowledged that is not
/// recorded. Says the loss and the recovery once.
struct Retrying: Sendable {
    private let wait: @Sendable (_ seconds: Double) async -> Void
    private let logger: Logger
    private let isAway = Away()

    private final class Away: Sendable {
        let flag = Mutex(false)
    }

    init(logger: Logger, wait: @escaping @Sendable (_ seconds: Double) async -> Void) {
        self.logger = logger
        self.wait = wait
    }

    /// Runs `body` until it does not throw, or the task is cancelled: then the broker delivers again.
    func untilItWorks(_ what: String, _ body: () async throws -> Void) async {
        var delay = 0.1
        while !Task.isCancelled {
            do {
                try await body()
                if isAway.flag.withLock({ flag in
                    defer { flag = false }
                    return flag
                }) {
                    logger.notice("The ledger is back")
                }
                return
            } catch {
                if !isAway.flag.withLock({ flag in
                    defer { flag = true }
                    return flag
                }) {
                    logger.error("The ledger is away; events wait", metadata: ["what": "\(what)", "error": "\(error)"])
                }
                await wait(delay)
                delay = min(delay * 2, 5)
            }
        }
    }
}
