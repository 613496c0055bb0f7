import AMQP
import FoundationEssentials
import Messaging
import Topics

/// Gives messages back to the workers, one after the other: published, confirmed, and only then removed.
///
/// Interrupted between the two, that one message is in both places; the ledger sees that it is the same, and whoever
/// runs the replay again sends nothing twice.
struct ReplayPass {
    let filter: DeadLetterFilter
    /// For messages whose own key names no class.
    let asClass: MessageClass?
    /// At most so many are given back.
    let limit: Int?
    /// Decides ages, in the preview and afterwards alike, and is when the messages count as first seen.
    let now: Date

    /// What came of the pass.
    struct Report {
        var replayed = 0
        /// Why messages that were meant stay where they are.
        var refused: [String: Int] = [:]
        /// Why nothing more was given back.
        var failure: String?
        var wasInterrupted = false

        var refusedCount: Int { refused.values.reduce(0, +) }
    }

    /// What a preview says of a message: nil when it is not meant.
    enum Plan {
        case replay(Publication)
        case refuse(String)
    }

    /// - Returns: nil when the message is not meant.
    func plan(_ letter: DeadLetter) -> Plan? {
        guard filter.matches(letter, age: letter.age(at: now)) else { return nil }
        do {
            return .replay(try letter.replay(as: asClass, at: now))
        } catch {
            return .refuse(error.description)
        }
    }

    /// Works one message off.
    func visit(
        _ letter: DeadLetter, _ report: inout Report, through requeue: some Requeueing, isInterrupted: Bool
    ) async -> QueuePass.Verdict {
        guard !isInterrupted else {
            report.wasInterrupted = true
            return .stop
        }
        if let limit, report.replayed >= limit { return .stop }
        switch plan(letter) {
        case nil: return .keep
        case .refuse(let reason):
            report.refused[reason, default: 0] += 1
            return .keep
        case .replay(let publication):
            switch await requeue.publish(publication) {
            case .confirmed:
                report.replayed += 1
                return .remove
            case .unpublishable(let reason):
                report.refused[reason, default: 0] += 1
                return .keep
            case .failed(let reason):
                report.failure = reason
                return .stop
            }
        }
    }
}
