import FoundationEssentials
import Messaging

/// Drops what came too late to be of use.
struct ExpiryRule: Rule {
    private static let name = "guard.expired"

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard let expiresAt = situation.candidate.request.expiresAt, expiresAt <= situation.now else {
            return findings.pass(Self.name)
        }
        findings.hit(Self.name, .drop, why: "expired at \(formatRFC3339(expiresAt))")
    }

    /// Drops what would wait until it has expired. Asked when all rules have said until when.
    static func judge(wait notBefore: Date?, expiresAt: Date?, _ findings: inout Findings) {
        guard let notBefore, let expiresAt, notBefore >= expiresAt else { return }
        findings.replacePass(
            name, .drop,
            why: "may not be sent before \(formatRFC3339(notBefore)), and expires at \(formatRFC3339(expiresAt))")
    }
}

/// Puts off what was asked for later.
struct ScheduleRule: Rule {
    private let name = "guard.not-before"

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard let sendAt = situation.candidate.request.sendAt, sendAt > situation.now else {
            return findings.pass(name)
        }
        findings.hit(name, .defer, why: "asked for not before \(formatRFC3339(sendAt))", notBefore: sendAt)
    }
}

/// Blocks countries beyond those that the overlays of a message allow: traffic to where nobody is a customer is mostly
/// fraud.
struct CountryRule: Rule {
    private let name = "guard.country"
    /// For each overlay; nil where it does not say.
    let allowed: [Set<String>?]

    func judge(_ situation: Situation, _ findings: inout Findings) {
        let lists = situation.overlays.compactMap { allowed[$0] }
        guard !lists.isEmpty else { return }
        guard let country = situation.country else {
            return findings.hit(name, .block, why: "the country of the number is not known")
        }
        guard lists.allSatisfy({ $0.contains(country) }) else {
            return findings.hit(name, .block, why: "\(country) is not among the allowed countries")
        }
        findings.pass(name)
    }
}

/// Drops what goes to a prefix of numbers that gets too much at once: somebody may be pumping traffic.
struct VelocityRule: Rule {
    static let name = "guard.velocity"
    /// In ten minutes; nil for any number.
    let maximum: Int?

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard let maximum else { return }
        guard let sent = situation.traffic.toPrefixIn10Minutes else { return findings.skip(Self.name) }
        guard sent >= maximum else { return findings.pass(Self.name) }
        findings.hit(
            Self.name, .drop, why: "\(sent) messages to this prefix in 10 minutes; at most \(maximum) are sent")
    }
}
