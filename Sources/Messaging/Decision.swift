public import FoundationEssentials

/// What a policy rule does to a message, weakest first; the strongest of a message's hits decides.
public enum Effect: String, Sendable, CaseIterable, Comparable, Codable {
    case allow, warn, redact, `defer`, drop, block, reject

    /// By strength.
    public static func < (left: Effect, right: Effect) -> Bool { left.strength < right.strength }

    private var strength: Int {
        switch self {
        case .allow: 0
        case .warn: 1
        case .redact: 2
        case .defer: 3
        case .drop: 4
        case .block: 5
        case .reject: 6
        }
    }
}

/// The policy's judgement of one message at one moment, with its reasons (contract, section 4).
///
/// Holds no body and no address.
public struct Decision: Sendable, Equatable {
    /// One rule that hit.
    public struct Reason: Sendable, Equatable {
        /// The rule, such as `opt-out.program`.
        public var rule: String
        /// What the rule asks for.
        public var effect: Effect
        /// A sentence for people.
        public var why: String
        /// The law or guideline behind the rule.
        public var reference: String?

        /// A hit of a rule.
        public init(rule: String, effect: Effect, why: String, reference: String? = nil) {
            self.rule = rule
            self.effect = effect
            self.why = why
            self.reference = reference
        }
    }

    /// What was known when the judgement was made.
    public struct Facts: Sendable, Equatable {
        /// `granted`, `revoked`, `none` or `unknown`.
        public var consent: String
        /// How many segments the text takes; nil when there is no text.
        public var segments: Int?
        /// `GSM-7` or `UCS-2`; nil when there is no text.
        public var encoding: String?
        /// The country, ISO 3166-1 alpha-2, where it is known.
        public var country: String?
        /// The IANA time zones that the recipient may be in.
        public var zones: [String] = []
        /// What the zones were taken from, such as `area-code`.
        public var zoneSource: String?
        /// The jurisdictions whose laws were applied, such as `US` and `US-FL`.
        public var jurisdictions: [String] = []
        /// Messages to the recipient within 24 hours, where they are counted.
        public var sentIn24Hours: Int?

        /// Facts of one message.
        public init(consent: String, segments: Int? = nil, encoding: String? = nil, country: String? = nil) {
            self.consent = consent
            self.segments = segments
            self.encoding = encoding
            self.country = country
        }
    }

    /// A part of the text that a sink does not get, or that keeps the message from being sent.
    public struct Redaction: Sendable, Equatable {
        /// The detector, such as `pan`, or `pattern.` and the name of one of the policy's own patterns.
        public var rule: String
        /// Where the part does not go: `body`, `log`, `events.clear`.
        public var sink: String
        /// The first Unicode scalar of the text.
        public var start: Int
        /// The first Unicode scalar behind it.
        public var end: Int

        /// A part of a text.
        public init(rule: String, sink: String, start: Int, end: Int) {
            self.rule = rule
            self.sink = sink
            self.start = start
            self.end = end
        }
    }

    /// Which policy judged.
    public struct Revision: Sendable, Equatable {
        /// The policy's name.
        public var name: String
        /// `sha256:` and the hexadecimal digest of the policy's content.
        public var revision: String
        /// The version of the time zone data, such as `2025b`.
        public var timeZones: String?

        /// A named revision.
        public init(name: String, revision: String, timeZones: String? = nil) {
            self.name = name
            self.revision = revision
            self.timeZones = timeZones
        }
    }

    /// The strongest effect of the reasons; `allow` without any.
    public var outcome: Effect
    /// Every rule that hit.
    public var reasons: [Reason]
    /// The rules that ran and did not hit.
    public var passed: [String]
    /// The rules that did not run, because a stronger one had decided or a fact was missing.
    public var notRun: [String]
    /// The first instant at which a deferred message may go.
    public var notBefore: Date?
    /// When the message is worthless, as the request says.
    public var expiresAt: Date?
    /// When the hours end in which it may be delivered, where quiet hours bind it. Not part of the record.
    public var closesAt: Date?
    /// What was known.
    public var facts: Facts
    /// What was found in the text, by position.
    public var redactions: [Redaction] = []
    /// Which policy judged.
    public var policy: Revision

    /// A judgement whose outcome is the strongest effect of its reasons.
    public init(
        reasons: [Reason], passed: [String], notRun: [String] = [], notBefore: Date? = nil, expiresAt: Date? = nil,
        facts: Facts, policy: Revision
    ) {
        self.outcome = reasons.map(\.effect).max() ?? .allow
        self.reasons = reasons
        self.passed = passed
        self.notRun = notRun
        self.notBefore = notBefore
        self.expiresAt = expiresAt
        self.facts = facts
        self.policy = policy
    }

    /// The first reason of the deciding effect: what an operator is told first.
    public var decidingReason: Reason? { reasons.first { $0.effect == outcome } }
}
