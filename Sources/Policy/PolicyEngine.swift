import Crypto
public import FoundationEssentials
public import Messaging

/// The compliance policy: a pure function of a message, what is known of its recipient, and the time.
///
/// All rules run and every hit is listed; the strongest effect wins. No clock, no store, no state: the same question has
/// the same answer.
public struct PolicyEngine: Sendable {
    /// The policy's name, the hash of its data, and the version of the time zones.
    public let revision: Decision.Revision
    private let document: PolicyDocument
    private let rules: [any Rule]
    private let places: RecipientPlaces
    private let book: LawBook
    private let patterns: TextPatterns
    /// Those that hold for this engine's mode.
    private let overlays: [PolicyDocument.Overlay]

    /// The policy as shipped.
    public static let shipped = PolicyEngine()

    /// The shipped policy under an overlay.
    public init(overlay: PolicyOverlay = .none, timeZones: TimeZoneDatabase = .system) {
        self.init(.shipped, overlay: overlay, timeZones: timeZones)
    }

    /// A policy of the operator's.
    public init(_ document: PolicyDocument, overlay: PolicyOverlay = .none, timeZones: TimeZoneDatabase = .system) {
        self.init(document, overlay: overlay, timeZones: timeZones, order: { $0 })
    }

    /// - Parameter order: of the rules; makes no difference but to the order in which hits are listed.
    init(
        _ document: PolicyDocument, overlay: PolicyOverlay, timeZones: TimeZoneDatabase,
        order: ([any Rule]) -> [any Rule]
    ) {
        let overlays = document.overlays.filter { $0.mode == nil || $0.mode == overlay.name }
        self.document = document
        self.overlays = overlays
        book = LawBook(document)
        places = RecipientPlaces(.shipped, timeZones, book)
        patterns = TextPatterns(document, overlays)
        rules = order(Self.rules(document, overlays, timeZones))
        revision = Decision.Revision(
            name: overlay.name.isEmpty ? document.name : "\(document.name)+\(overlay.name)",
            revision: Self.contentHash(document, overlay), timeZones: timeZones.version)
    }

    private static func rules(
        _ document: PolicyDocument, _ overlays: [PolicyDocument.Overlay], _ timeZones: TimeZoneDatabase
    ) -> [any Rule] {
        let limits = document.limits
        return [
            NumberShapeRule(), NumberPlanRule(plan: .shipped), KnownBadNumberRule(),
            OptOutRule(exempt: document.optOut.exempt),
            OptOutsKnownRule(maximumAge: Double(limits.consentAge), retryAfter: Double(limits.consentRetry)),
            ConsentRule(), ReplyRule(), ReassignedRule(),
            QuietHoursRule(database: timeZones), CapRule(),
            LengthRule(maximum: limits.text, maximumSegments: limits.segments), OptOutInstructionRule(),
            BrandRule(hasBrands: overlays.map { $0.brands != nil }),
            ForbiddenContentRule(categories: document.categories), WhatsAppRule(),
            ExpiryRule(), ScheduleRule(), CountryRule(allowed: overlays.map(\.allowedCountries)),
            VelocityRule(maximum: limits.perPrefix),
        ]
    }

    /// `sha256:` and the digest of all that a judgement depends on beside its arguments and the time zones.
    private static func contentHash(_ document: PolicyDocument, _ overlay: PolicyOverlay) -> String {
        var state = SHA256()
        for part in [document.contentHash, overlay.name] { state.update(data: Array(part.utf8) + [0]) }
        state.update(data: PackageResources.recipient_zones_txt)
        state.update(data: PackageResources.number_plan_txt)
        return "sha256:" + hexadecimal(state.finalize())
    }

    /// Judges one message.
    ///
    /// - Parameters:
    ///   - facts: what the ledger knows of the recipient; nil when there is no ledger to ask, so that the rules that
    ///     need it do not run.
    ///   - traffic: what is known of earlier messages.
    ///   - now: the caller's clock.
    public func decide(
        _ candidate: Candidate, facts: RecipientFacts?, traffic: TrafficFacts = .unknown, now: Date
    ) -> Decision {
        let situation = situation(candidate, facts, traffic, now)
        var findings = Findings(warnOnly: situation.overlays.map { overlays[$0].warnOnly }.filter { !$0.isEmpty })
        for rule in rules { rule.judge(situation, &findings) }
        return Decision(
            reasons: findings.reasons, passed: findings.passed, notRun: findings.notRun,
            notBefore: findings.notBefore, expiresAt: candidate.request.expiresAt, facts: Self.facts(situation),
            policy: revision)
    }

    private func situation(
        _ candidate: Candidate, _ facts: RecipientFacts?, _ traffic: TrafficFacts, _ now: Date
    ) -> Situation {
        let country = country(of: candidate.request.to)
        let recipient = places.answer(candidate.request, country: country, isTrusted: candidate.isTrusted)
        let applying = overlays.indices.filter {
            overlays[$0].applies(app: candidate.app, purpose: candidate.purpose, country: country)
        }
        return Situation(
            candidate: candidate, facts: facts, traffic: traffic, now: now,
            kind: document.kind(of: candidate.messageClass, purpose: candidate.purpose), country: country,
            recipient: recipient, laws: recipient.place.laws + applying.map { overlays[$0].law },
            overlays: applying, text: candidate.text.map { TextFindings($0, patterns) })
    }

    private static func facts(_ situation: Situation) -> Decision.Facts {
        let candidate = situation.candidate
        var facts = Decision.Facts(
            consent: situation.facts?.consent.rawValue ?? "unknown", segments: candidate.segmentCount?.segments,
            encoding: candidate.segmentCount?.encoding, country: situation.country)
        facts.zones = situation.recipient.zoneNames
        facts.zoneSource = situation.recipient.zoneSource
        facts.jurisdictions = situation.recipient.place.jurisdictions
        facts.sentIn24Hours = situation.traffic.sentIn24Hours
        return facts
    }
}

extension TextPatterns {
    /// What the rules of a policy look for.
    init(_ document: PolicyDocument, _ overlays: [PolicyDocument.Overlay]) {
        self.init()
        for (index, category) in document.categories.enumerated() {
            for word in category.words { add(phrase: word, .category(index)) }
        }
        for word in document.optOut.instructions { add(phrase: word, .optOutInstruction) }
        for host in document.linkShorteners { add(host: host) }
        for (index, overlay) in overlays.enumerated() {
            for brand in overlay.brands ?? [] { add(phrase: brand, .brand(index)) }
        }
    }
}
