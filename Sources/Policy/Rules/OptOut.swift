import FoundationEssentials
import Messaging

/// Blocks what goes to somebody who said no to the sender's program, whatever its class.
struct OptOutRule: Rule {
    let name = "opt-out.program"
    let reference: String? = "47 CFR 64.1200(a)(10)"

    func judge(_ situation: Situation) -> Verdict {
        guard let facts = situation.facts else { return .notRun }
        guard facts.consent == .revoked else { return .passed }
        guard let since = facts.revokedAt else { return .hit(.block, why: "the recipient opted out of this sender") }
        return .hit(.block, why: "the recipient opted out of this sender at \(formatRFC3339(since))")
    }
}

/// Puts promotional messages off while opt-outs are not being recorded: a STOP may be waiting that nobody has read.
///
/// Transactional messages go on, since they are answers to what a person did.
struct OptOutsKnownRule: Rule {
    let name = "opt-out.not-current"
    let reference: String? = "47 CFR 64.1200(a)(10)"
    /// Seconds.
    let maximumAge: Double
    /// Seconds.
    let retryAfter: Double

    var parameters: [String: String] { ["maximumAge": "\(maximumAge)", "retryAfter": "\(retryAfter)"] }

    func judge(_ situation: Situation) -> Verdict {
        guard situation.candidate.messageClass == .promotional else { return .passed }
        guard let facts = situation.facts else { return .notRun }
        let notBefore = situation.now.addingTimeInterval(retryAfter)
        guard let knownAt = facts.consentKnownAt else {
            return .hit(.defer, why: "it is not known whether opt-outs are being recorded", notBefore: notBefore)
        }
        guard knownAt <= situation.now.addingTimeInterval(maximumAge) else {
            return .hit(.defer, why: "the clocks of recorder and worker differ", notBefore: notBefore)
        }
        guard knownAt < situation.now.addingTimeInterval(-maximumAge) else { return .passed }
        return .hit(
            .defer, why: "opt-outs are recorded up to \(formatRFC3339(knownAt)) only", notBefore: notBefore)
    }
}
