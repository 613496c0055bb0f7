import FoundationEssentials
import Messaging

/// Asks for a person's consent where a law of the recipient's does, by the kind of the message.
///
/// Consent is a word that the ledger has recorded, or evidence that a trusted app names. Evidence never lifts an opt-out,
/// which is judged by ``OptOutRule``.
struct ConsentRule: Rule {
    func judge(_ situation: Situation, _ findings: inout Findings) {
        let asking = situation.laws.lazy.compactMap(\.consent)
        guard let law = asking.strictest(where: { $0.kinds.contains(situation.kind) }) else { return }
        let name = "consent.\(situation.kind.rawValue)"
        let hasEvidence = situation.candidate.request.consentEvidence?.isEmpty == false
        if situation.facts?.consent == .granted || hasEvidence && situation.candidate.isTrusted {
            return findings.pass(name)
        }
        guard situation.facts != nil else { return findings.skip(name) }
        let why =
            hasEvidence
            ? "the app's evidence does not count, since the app is not trusted, and the recipient has not said yes"
            : "the recipient has not said yes, and the request names no consent.evidence"
        findings.hit(name, law.effect, why: why, reference: law.reference)
    }
}

/// Takes answers for answers only while the person's own message is fresh.
struct ReplyRule: Rule {
    private let name = "consent.reply"
    /// Seconds.
    private let window = 86_400.0

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard situation.kind == .reply else { return }
        switch situation.traffic.lastInbound {
        case nil: findings.skip(name)
        case .at(let instant) where situation.now.timeIntervalSince(instant) <= window: findings.pass(name)
        default: findings.hit(name, .block, why: "the recipient has not written to this sender for 24 hours")
        }
    }
}
