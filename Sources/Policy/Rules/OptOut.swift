import FoundationEssentials
import Messaging

/// Blocks what goes to somebody who said no to the sender's program, whatever its class. Kinds that the policy exempts, such
/// as codes that a person asks for, go on where all laws of the recipient let them.
struct OptOutRule: Rule {
    private let name = "opt-out.program"
    private let reference = "47 CFR 64.1200(a)(10)"
    /// Where no law says which.
    let exempt: MessageKinds

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard let facts = situation.facts else { return findings.skip(name) }
        guard facts.consent == .revoked else { return findings.pass(name) }
        let since = facts.revokedAt.map { " at \(formatRFC3339($0))" } ?? ""
        guard !isExempt(situation) else {
            return findings.hit(
                name, .warn, why: "the recipient opted out of this sender\(since); \(situation.kind.rawValue) goes on",
                reference: reference)
        }
        findings.hit(name, .block, why: "the recipient opted out of this sender\(since)", reference: reference)
    }

    private func isExempt(_ situation: Situation) -> Bool {
        let said = situation.laws.compactMap(\.optOutExempt)
        return said.isEmpty
            ? exempt.contains(situation.kind) : said.allSatisfy { $0.contains(situation.kind) }
    }
}

/// Puts promotional messages off while opt-outs are not being recorded: a STOP may be waiting that nobody has read.
///
/// Transactional messages go on, since they are answers to what a person did.
struct OptOutsKnownRule: Rule {
    private let name = "opt-out.not-current"
    private let reference = "47 CFR 64.1200(a)(10)"
    /// Seconds.
    let maximumAge: Double
    /// Seconds.
    let retryAfter: Double

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard situation.kind == .promotional else { return findings.pass(name) }
        guard let facts = situation.facts else { return findings.skip(name) }
        let why: String
        if let knownAt = facts.consentKnownAt {
            if knownAt > situation.now.addingTimeInterval(maximumAge) {
                why = "the clocks of recorder and worker differ"
            } else if knownAt < situation.now.addingTimeInterval(-maximumAge) {
                why = "opt-outs are recorded up to \(formatRFC3339(knownAt)) only"
            } else {
                return findings.pass(name)
            }
        } else {
            why = "it is not known whether opt-outs are being recorded"
        }
        findings.hit(
            name, .defer, why: why, reference: reference, notBefore: situation.now.addingTimeInterval(retryAfter))
    }
}
