import AMQP
import FoundationEssentials
import Messaging
import Topics

/// What an operator gave back to be judged afresh.
extension MessageJourney {
    /// Whether a message that had ended without being sent is held again; true when it is to be claimed anew.
    ///
    /// An unknown outcome is never opened again: whoever calls then may send twice.
    func reopen(_ message: PreparedMessage, _ claimed: ClaimedMessage) async throws -> Bool {
        guard message.isReplay, !hasEndedSince(message, claimed) else { return false }
        switch claimed.state {
        case .refused, .closed, .abandoned: break
        case .held, .attempting, .accepted, .unknown: return false
        }
        return try await ledger.reopen(message.key, now: clock.now()) != claimed.state
    }

    /// Whether the end that the ledger knows is that of this same replay, whose delivery was handed back before all of it
    /// was published.
    private func hasEndedSince(_ message: PreparedMessage, _ claimed: ClaimedMessage) -> Bool {
        guard message.delivery.isRedelivered, let replayedAt = message.received.envelope.progress?.firstAt else {
            return false
        }
        return claimed.changedAt >= replayedAt
    }
}
