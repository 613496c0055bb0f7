import Logging
import Synchronization

/// Where the broker is connected and takes nothing: a queue that is full, or that has no leader.
///
/// Many messages wait for the same queue. It is said once when the first has waited for a while, and once when the last
/// of them has got through.
final class UnconfirmedDestinations: Sendable {
    private let logger: Logger
    /// How many messages wait, by destination.
    private let waiting = Mutex<[String: Int]>([:])

    init(logger: Logger) {
        self.logger = logger
    }

    /// The destinations for which messages wait, in order.
    var all: [String] { waiting.withLock { $0.keys.sorted() } }

    /// One more message waits.
    func begin(_ destination: String, reason: String) {
        let isFirst = waiting.withLock { waiting in
            waiting[destination, default: 0] += 1
            return waiting[destination] == 1
        }
        guard isFirst else { return }
        logger.warning(
            "The broker does not take what is published; messages wait",
            metadata: ["destination": "\(destination)", "reason": "\(reason)"])
    }

    /// One of those that waited got through, or was handed back.
    func end(_ destination: String) {
        let isLast = waiting.withLock { waiting in
            guard let count = waiting[destination] else { return false }
            waiting[destination] = count > 1 ? count - 1 : nil
            return count == 1
        }
        guard isLast else { return }
        logger.notice(
            "No message waits any more for the broker to take it", metadata: ["destination": "\(destination)"])
    }
}
