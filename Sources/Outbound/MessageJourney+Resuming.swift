import FoundationEssentials
import Messaging
import Observability

/// What follows when the ledger knows the message already: a repeat by the app, a redelivery by the broker, or the end
/// of a wait. Nobody is called from here.
extension MessageJourney {
    func resume(_ message: PreparedMessage, _ state: AttemptState, _ claimed: ClaimedMessage) async throws {
        switch state {
        case .held:
            // Given back between the claim and the attempt: the next delivery judges it afresh.
            try await wait(message, attempts: 0, reason: "contention", seconds: 5)
        case .attempting(let attempt, _, let since):
            try await waitForAttempt(message, attempt: attempt, since: since)
        case .unknown(let attempt, let since):
            try await waitForOutcome(message, attempt: attempt, since: since)
        case .accepted(let attempt, let sid, let providerStatus):
            try await tellAccepted(
                message, sid: sid, providerStatus: providerStatus, attempt: attempt, decision: claimed.decision)
        case .refused(let attempt, let code):
            let error = code.map { message.route.account.explain($0) }
            try await publish(
                message.events.status(.refused, attempt: attempt, at: claimed.changedAt) { event in
                    event.error = error
                    event.decision = claimed.decision
                })
        case .abandoned(let attempt):
            try await publish(message.events.status(.abandoned, attempt: attempt, at: claimed.changedAt))
        case .closed(let status):
            try await publish(
                message.events.status(status, attempt: 0, at: claimed.changedAt) { event in
                    event.decision = claimed.decision
                })
        }
    }

    /// Another delivery of the message may be calling right now; when its worker is gone, the outcome is unknown.
    private func waitForAttempt(_ message: PreparedMessage, attempt: Int, since: Date) async throws {
        let age = clock.now().timeIntervalSince(since)
        guard age >= configuration.attemptLifetime else {
            return try await wait(message, attempts: attempt, reason: "attempting", seconds: 5)
        }
        try await ledger.markUnknown(message.key, attempt: attempt, now: clock.now())
        try await tellInDoubt(
            message, attempt: attempt, reason: "the worker that called the provider did not record the outcome")
    }

    /// A callback that carries our id settles an unknown outcome; after the grace the message is given up, never sent
    /// again.
    private func waitForOutcome(_ message: PreparedMessage, attempt: Int, since: Date) async throws {
        let left = configuration.inDoubtGrace - clock.now().timeIntervalSince(since)
        guard left <= 0 else {
            return try await wait(message, attempts: attempt, reason: "in-doubt", seconds: left)
        }
        guard try await ledger.abandon(message.key, attempt: attempt, now: clock.now()) else {
            return try await wait(message, attempts: attempt, reason: "in-doubt", seconds: 5)
        }
        try await publish(
            message.events.status(.abandoned, attempt: attempt, at: clock.now()) { event in
                event.reason = Event.Reason(problem: "the outcome of the call stayed unknown")
            })
        try await bury(message, attempts: attempt, reason: "abandoned")
        Instruments.shared.count(.abandoned, message.messageClass)
    }
}
