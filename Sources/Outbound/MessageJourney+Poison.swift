import AMQP
import FoundationEssentials
import Logging
import Messaging
import Topics

/// What was handed out too often: given up before the broker does it without a word.
extension MessageJourney {
    private static let problem = RequestProblem(
        field: "delivery", problem: "was handed out again and again and came to no end")

    /// Gives a message up that nothing has come of yet; one that has ended, or may have, goes on as ever.
    func giveUp(_ message: PreparedMessage) async throws {
        let claimed = try await ledger.claim(message.claim(at: clock.now()))
        guard claimed.isSameRequest else { return try await refuseConflict(message) }
        switch claimed.state {
        case .held: try await ledger.close(message.key, as: .rejected, decision: nil, now: clock.now())
        // Given up by a worker that may have died before it was told and kept.
        case .closed(.rejected): break
        default: return try await resume(message, claimed.state, claimed)
        }
        try await rejectPoison(message.delivery, message.received.envelope, message.request)
    }

    /// Gives a message up by what stands beside its body.
    func giveUpUnread(_ delivery: Delivery, from queueClass: MessageClass) async throws(HeldTooLong) {
        let envelope: Envelope
        do {
            envelope = try Envelope(delivery, from: queueClass)
        } catch {
            return try await discardCopy(delivery, queueClass: queueClass, reason: error.reason)
        }
        try await rejectPoison(delivery, envelope, nil)
    }

    func rejectPoison(
        _ delivery: Delivery, _ envelope: Envelope, _ request: SendRequest?
    ) async throws(HeldTooLong) {
        logger.error(
            "A message was handed out too often and is given up",
            metadata: ["message.app": "\(envelope.app ?? "none")", "message.id": "\(envelope.messageID ?? "none")"])
        try await reject(
            delivery, envelope: envelope, request: request, problem: Self.problem, reason: DeadLetter.deliveryLimit)
    }
}
