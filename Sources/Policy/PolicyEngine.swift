import Crypto
public import FoundationEssentials
public import Messaging

/// The compliance policy: a pure function of a message, what is known of its recipient, and the time.
///
/// All rules run and every hit is listed; the strongest effect wins. No clock, no store, no state: the same question has
/// the same answer.
public struct PolicyEngine: Sendable {
    /// The policy's name and the hash of its data.
    public let revision: Decision.Revision
    private let rules: [any Rule]
    private let overlay: PolicyOverlay

    /// The policy as shipped.
    public static let shipped = PolicyEngine()

    /// The shipped policy under an overlay.
    public init(overlay: PolicyOverlay = .none) {
        self.init(name: "default", rules: shippedRules(PolicyLimits()), overlay: overlay)
    }

    /// - Parameter rules: in the order in which their hits are listed.
    init(name: String, rules: [any Rule], overlay: PolicyOverlay) {
        self.rules = rules
        self.overlay = overlay
        revision = Decision.Revision(
            name: overlay.name.isEmpty ? name : "\(name)+\(overlay.name)",
            revision: Self.contentHash(name: name, rules: rules, overlay: overlay))
    }

    /// `sha256:` and the digest of all that a judgement depends on beside its arguments.
    private static func contentHash(name: String, rules: [any Rule], overlay: PolicyOverlay) -> String {
        var json = JSONText()
        json.object { json in
            json.value("name", name)
            json.object("rules") { json in
                for rule in rules.sorted(by: { $0.name < $1.name }) { json.pairs(rule.name, rule.parameters) }
            }
            json.array("warnOnly") { json in for rule in overlay.warnOnly { json.value(nil, rule) } }
        }
        return "sha256:" + hexadecimal(SHA256.hash(data: json.bytes))
    }

    /// Judges one message.
    ///
    /// - Parameters:
    ///   - facts: what the ledger knows of the recipient; nil when there is no ledger to ask, so that the rules that
    ///     need it do not run.
    ///   - now: the caller's clock.
    public func decide(_ candidate: Candidate, facts: RecipientFacts?, now: Date) -> Decision {
        let situation = Situation(candidate: candidate, facts: facts, now: now)
        var reasons: [Decision.Reason] = []
        var passed: [String] = []
        var notRun: [String] = []
        var notBefore: Date?
        passed.reserveCapacity(rules.count)
        for rule in rules {
            switch rule.judge(situation) {
            case .passed:
                passed.append(rule.name)
            case .notRun:
                notRun.append(rule.name)
            case .hit(let effect, let why, let until):
                let effect = overlay.weakens(rule.name) ? min(effect, .warn) : effect
                reasons.append(Decision.Reason(rule: rule.name, effect: effect, why: why, reference: rule.reference))
                // Several rules put a message off until all of them allow it.
                if let until { notBefore = notBefore.map { max($0, until) } ?? until }
            }
        }
        return Decision(
            reasons: reasons, passed: passed, notRun: notRun, notBefore: notBefore,
            expiresAt: candidate.request.expiresAt, facts: Self.facts(candidate, facts), policy: revision)
    }

    private static func facts(_ candidate: Candidate, _ facts: RecipientFacts?) -> Decision.Facts {
        Decision.Facts(
            consent: facts?.consent.rawValue ?? "unknown", segments: candidate.segmentCount?.segments,
            encoding: candidate.segmentCount?.encoding, country: country(of: candidate.request.to))
    }
}
