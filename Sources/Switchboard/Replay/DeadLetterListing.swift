import AMQP
import ArgumentParser
import EventLoop
import FoundationEssentials
import Topics

/// Looks through the queues for what a filter means.
struct DeadLetterListing {
    private let filter: DeadLetterFilter
    private let pass: QueuePass
    private let now = Date()

    /// - Throws: exit code 78 after one line that names the setting.
    init(filter: DeadLetterFilter) throws {
        self.filter = filter
        let (url, options) = try CommandBroker.access(name: "switchboard replay", role: "REPLAY")
        pass = QueuePass(loop: try EventLoop(name: "replay"), url: url, options: options)
    }

    /// Calls `body` for every message that is meant.
    ///
    /// - Returns: how many were looked at.
    /// - Throws: exit code 1 after one line that says why.
    func each(_ body: (DeadLetterEntry, DeadLetter) -> Void) async throws -> Int {
        var looked = 0
        for queue in filter.queues {
            do {
                let outcome = try await pass.run(queue.name) { delivery in
                    let letter = DeadLetter(delivery, from: queue.name)
                    let age = letter.age(at: now)
                    if filter.matches(letter, age: age) { body(DeadLetterEntry(letter, age: age), letter) }
                    return .keep
                }
                looked += outcome.looked
                if outcome.isCutShort {
                    complain("\(queue.name): only the oldest \(QueuePass.mostHeld) messages were looked at")
                }
            } catch {
                complain(error.description)
                throw ExitCode.failure
            }
        }
        return looked
    }
}
