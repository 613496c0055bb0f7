import AMQP
import FoundationEssentials
import Messaging
import Observability
import Topics

/// What follows when the ledger knows the message already: a repeat by the app, a redelivery by the broker, or the end
/// of a wait. Nobody is called from here.
extension MessageJourney {
    func resume(_ message: PreparedMessage, _ state: AttemptState, _ claimed: ClaimedMessage) async throws {
        switch state {
        case .held:
            // Given back between the claim and the attempt: the next delivery judges it afresh.
            try await wait(message, reason: "contention", seconds: 5)
        case .attempting(let attempt, _, let since):
            try await waitForAttempt(message, attempt: attempt, since: since)
        case .unknown(let attempt, let since):
            // Who may not call does not look it up either: the next delivery finds out what came of it.
            let left = configuration.inDoubtGrace - clock.now().timeIntervalSince(since)
            try await waitForCallback(
                message, attempt: attempt, since: since, seconds: max(min(left, configuration.inDoubtGrace), 5))
        case .accepted(let attempt, let sid, let providerStatus):
            try await tellAccepted(
                message, sid: sid, providerStatus: providerStatus, attempt: attempt, decision: claimed.decision,
                at: claimed.changedAt)
        case .refused(let attempt, let code):
            let error = code.map { message.route.account.explain($0) }
            try await tellRefused(
                message, attempt: attempt, error: error, reason: nil, decision: claimed.decision,
                at: claimed.changedAt)
            if mustBeKept(message) { try await keepRefused(message, error: error) }
        case .abandoned(let attempt):
            try await publish(message.events.status(.abandoned, attempt: attempt, at: claimed.changedAt))
            if mustBeKept(message) { try await bury(message, reason: "abandoned") }
        // Poison that may not have been kept; whatever else is closed is over.
        case .closed(.rejected) where mustBeKept(message):
            try await rejectPoison(message.delivery, message.received.envelope, message.request)
        case .closed(let status):
            try await publish(
                message.events.status(status, attempt: 0, at: claimed.changedAt) { event in
                    event.decision = claimed.decision
                })
        }
    }

    /// Whether this may be the request that ended, handed back or put off before all was published, and not a repeat by
    /// the app: then what could not be sent may not have been kept yet. What an operator gave back, too, stands nowhere
    /// else any more. A repeat that waited on the ladder is kept as well, and does no harm there.
    private func mustBeKept(_ message: PreparedMessage) -> Bool {
        message.delivery.isRedelivered || message.received.envelope.progress != nil
    }

    /// Another delivery of the message may be calling right now; when its worker is gone, the outcome is unknown.
    private func waitForAttempt(_ message: PreparedMessage, attempt: Int, since: Date) async throws {
        let age = clock.now().timeIntervalSince(since)
        if age < -configuration.attemptWindow {
            // By a clock that is ahead of this one the attempt might never end: its time is spent on the ladder instead.
            let reason = WaitReason.attempting(attempt)
            guard message.received.envelope.progress?.reason == reason else {
                return try await wait(
                    message, reason: reason, seconds: DelayStep.lasting(seconds: configuration.attemptLifetime).seconds)
            }
        } else if age < configuration.attemptLifetime {
            return try await wait(message, reason: WaitReason.attempting, seconds: 5)
        }
        try await ledger.markUnknown(message.key, attempt: attempt, now: clock.now())
        try await tellInDoubt(
            message, attempt: attempt, reason: "the worker that called the provider did not record the outcome")
    }
}
