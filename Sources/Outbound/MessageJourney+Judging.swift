import FoundationEssentials
import Messaging
import Policy
import Topics

/// Whether a message may be sent now.
extension MessageJourney {
    /// The policy's judgement, and the rules that are the deployment's: staging calls nobody but those it lists, and what
    /// could not be sent for too long is not sent late.
    func judge(_ message: PreparedMessage, _ facts: RecipientFacts) -> Decision {
        let decision = policy.decide(message.candidate, facts: facts, now: clock.now())
        let reasons = [guardStaging(message), guardAge(message)].compactMap { $0 }
        guard !reasons.isEmpty else { return decision }
        return Decision(
            reasons: decision.reasons + reasons, passed: decision.passed, notRun: decision.notRun,
            notBefore: decision.notBefore, expiresAt: decision.expiresAt, facts: decision.facts,
            policy: decision.policy)
    }

    private func guardStaging(_ message: PreparedMessage) -> Decision.Reason? {
        guard let allowed = configuration.allowedRecipients, !allowed.contains(message.request.to.number) else {
            return nil
        }
        return Decision.Reason(
            rule: "guard.staging", effect: .block,
            why: "this deployment is staging, and the recipient is not in SWITCHBOARD_ALLOWED_RECIPIENTS")
    }

    private func guardAge(_ message: PreparedMessage) -> Decision.Reason? {
        guard isTooOld(message) else { return nil }
        return Decision.Reason(
            rule: "guard.too-old", effect: .drop,
            why: "it could not be sent for \(Int(configuration.maximumAge / 3600)) hours")
    }

    /// Whether a message has waited as long as one may. A time that the request asks for itself does not count.
    func isTooOld(_ message: PreparedMessage) -> Bool {
        // Nothing that the worker itself put aside lacks the time.
        guard let firstAt = message.received.envelope.progress?.firstAt, firstAt.timeIntervalSince1970 > 0 else {
            return false
        }
        let begin = max(firstAt, message.request.sendAt ?? firstAt)
        return clock.now().timeIntervalSince(begin) >= configuration.maximumAge
    }
}
