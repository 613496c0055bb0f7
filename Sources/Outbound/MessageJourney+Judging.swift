import FoundationEssentials
import Messaging
import Policy
import Topics

/// Whether a message may be sent now.
extension MessageJourney {
    /// The policy's judgement, and the rules that are the deployment's: staging calls nobody but those it lists, and what
    /// could not be sent for too long is not sent late.
    func judge(_ question: PreparedMessage.Question, _ claimed: ClaimedMessage, at now: Date) -> Decision {
        let decision = question.policy.decide(
            question.candidate, facts: claimed.facts, traffic: claimed.traffic, now: now)
        let reasons = [guardStaging(question), guardAge(question, at: now)].compactMap { $0 }
        guard !reasons.isEmpty else { return decision }
        var guarded = Decision(
            reasons: decision.reasons + reasons, passed: decision.passed, notRun: decision.notRun,
            notBefore: decision.notBefore, expiresAt: decision.expiresAt, facts: decision.facts,
            policy: decision.policy)
        guarded.redactions = decision.redactions
        guarded.closesAt = decision.closesAt
        return guarded
    }

    /// What the policy wants to know of earlier messages. An operator who gives a message back knows of the number.
    func trafficQuestion(_ message: PreparedMessage, _ policy: PolicyEngine) -> TrafficQuestion {
        var question = policy.trafficQuestion(message.candidate)
        if message.isReplay { question.badNumberAge = nil }
        return question
    }

    private func guardStaging(_ question: PreparedMessage.Question) -> Decision.Reason? {
        guard let allowed = configuration.allowedRecipients, !allowed.contains(question.candidate.request.to.number)
        else { return nil }
        return Decision.Reason(
            rule: "guard.staging", effect: .block,
            why: "this deployment is staging, and the recipient is not in SWITCHBOARD_ALLOWED_RECIPIENTS")
    }

    private func guardAge(_ question: PreparedMessage.Question, at now: Date) -> Decision.Reason? {
        guard isTooOld(question, at: now) else { return nil }
        return Decision.Reason(
            rule: "guard.too-old", effect: .drop,
            why: "it could not be sent for \(Int(configuration.maximumAge / 3600)) hours")
    }

    /// Whether a message has waited as long as one may. A time that the request asks for itself does not count.
    func isTooOld(_ question: PreparedMessage.Question, at now: Date) -> Bool {
        // Nothing that the worker itself put aside lacks the time.
        guard let firstAt = question.firstAt, firstAt.timeIntervalSince1970 > 0 else { return false }
        let begin = max(firstAt, question.candidate.request.sendAt ?? firstAt)
        return now.timeIntervalSince(begin) >= configuration.maximumAge
    }
}

extension PreparedMessage {
    /// All that a judgement depends on, apart from what the ledger knows and the time.
    struct Question: Sendable {
        let candidate: Candidate
        /// The policy that has reviewed the candidate's text.
        let policy: PolicyEngine
        /// When the request came first; nil for one that has never waited.
        let firstAt: Date?
    }

    var question: Question {
        Question(candidate: candidate, policy: policy, firstAt: received.envelope.progress?.firstAt)
    }
}

extension AttemptStart {
    /// The wish as it stands after this decision on a message that was called so many times.
    func after(_ attempts: Int, _ decision: Decision, _ facts: RecipientFacts) -> AttemptStart {
        var start = self
        start.attempt = attempts + 1
        start.decision = decision.json
        start.consentEpoch = facts.consentEpoch
        start.expiresAt = [expiresAt, decision.closesAt].compactMap { $0 }.min()
        return start
    }

    /// For how many seconds the provider may keep the message before it delivers it; nil for as long as it likes, 0 when
    /// it is too late.
    func validity(at now: Date) -> Int? {
        expiresAt.map { Int(max(0, min($0.timeIntervalSince(now), 1e9)).rounded(.down)) }
    }
}
