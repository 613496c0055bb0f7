import Crypto
public import FoundationEssentials
public import Messaging

/// The compliance policy: a pure function of a message, what is known of its recipient, and the time.
///
/// All rules run and every hit is listed; the strongest effect wins. No clock, no store, no state: the same question has
/// the same answer.
public final class PolicyEngine: Sendable {
    /// The policy's name, the hash of its data, and the version of the time zones.
    public let revision: Decision.Revision
    let document: PolicyDocument
    /// For how long what is sent counts.
    let counting: CapMemory
    private let rules: [any Rule]
    private let places: RecipientPlaces
    private let book: LawBook
    private let words: TextPatterns
    /// Those that hold for this engine's mode.
    private let overlays: [PolicyDocument.Overlay]
    private let redaction: PolicyDocument.Redaction

    /// The policy as shipped.
    public static let shipped = PolicyEngine()

    /// The shipped policy under an overlay.
    public convenience init(overlay: PolicyOverlay = .none, timeZones: TimeZoneDatabase = .system) {
        self.init(.shipped, overlay: overlay, timeZones: timeZones)
    }

    /// A policy of the operator's.
    public convenience init(
        _ document: PolicyDocument, overlay: PolicyOverlay = .none, timeZones: TimeZoneDatabase = .system
    ) {
        self.init(document, overlay: overlay, timeZones: timeZones, order: { $0 })
    }

    /// - Parameter order: of the rules; makes no difference but to the order in which hits are listed.
    init(
        _ document: PolicyDocument, overlay: PolicyOverlay, timeZones: TimeZoneDatabase,
        order: ([any Rule]) -> [any Rule]
    ) {
        let overlays = document.overlays.filter { $0.mode == nil || $0.mode == overlay.mode }
        self.document = document
        self.overlays = overlays
        book = LawBook(document)
        places = RecipientPlaces(.shipped, timeZones, book)
        words = TextPatterns(document, overlays)
        redaction = document.redaction
        counting = CapMemory(document, overlays)
        rules = order(Self.rules(document, overlays, timeZones))
        revision = Decision.Revision(
            name: overlay.name.isEmpty ? document.name : "\(document.name)+\(overlay.name)",
            revision: Self.contentHash(document, overlay, overlays.compactMap(\.mode)), timeZones: timeZones.version)
    }

    private static func rules(
        _ document: PolicyDocument, _ overlays: [PolicyDocument.Overlay], _ timeZones: TimeZoneDatabase
    ) -> [any Rule] {
        let limits = document.limits
        return [
            NumberShapeRule(), NumberPlanRule(plan: .shipped), KnownBadNumberRule(isOn: limits.knownBad != nil),
            OptOutRule(exempt: document.optOut.exempt),
            OptOutsKnownRule(maximumAge: Double(limits.consentAge), retryAfter: Double(limits.consentRetry)),
            ConsentRule(), ReplyRule(), ReassignedRule(),
            QuietHoursRule(database: timeZones), CapRule(),
            LengthRule(maximum: limits.text, maximumSegments: limits.segments), OptOutInstructionRule(),
            BrandRule(hasBrands: overlays.map { $0.brands != nil }),
            ForbiddenContentRule(categories: document.categories), WhatsAppRule(),
            RedactionRule(patterns: document.redaction.patterns.map(\.name)),
            HealthRule(
                hasWords: !document.redaction.healthWords.isEmpty, reference: document.redaction.healthReference),
            ExpiryRule(), ScheduleRule(), CountryRule(allowed: overlays.map(\.allowedCountries)),
            VelocityRule(maximum: limits.perPrefix),
        ]
    }

    /// `sha256:` and the digest of all that a judgement depends on beside its arguments and the time zones.
    private static func contentHash(
        _ document: PolicyDocument, _ overlay: PolicyOverlay, _ modes: [String]
    ) -> String {
        var state = SHA256()
        // A mode makes a difference where the file speaks of it.
        let mode = overlay.name.isEmpty ? modes.first ?? "" : overlay.name
        for part in [document.contentHash, mode] { state.update(data: Array(part.utf8) + [0]) }
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
        ExpiryRule.judge(wait: findings.waitsUntil, expiresAt: candidate.request.expiresAt, &findings)
        var decision = Decision(
            reasons: findings.reasons, passed: findings.passed, notRun: findings.notRun,
            notBefore: findings.notBefore, expiresAt: candidate.request.expiresAt, facts: Self.facts(situation),
            policy: revision)
        decision.redactions = redactions(situation.review)
        decision.closesAt = findings.closesAt
        return decision
    }

    private func redactions(_ review: TextReview) -> [Decision.Redaction] {
        guard !review.findings.isEmpty else { return [] }
        return review.redactions.map { kind, sink, range in
            let rule =
                switch kind {
                case .detector(let detector): detector.rawValue
                case .pattern(let index): "pattern.\(patterns[index].name)"
                }
            return Decision.Redaction(rule: rule, sink: sink.rawValue, start: range.lowerBound, end: range.upperBound)
        }
    }

    /// The operator's own patterns.
    var patterns: [TextPattern] { redaction.patterns }

    /// The overlays that hold, by index.
    func applying(_ app: String, _ purpose: String, _ country: String?) -> [Int] {
        overlays.indices.filter { overlays[$0].applies(app: app, purpose: purpose, country: country) }
    }

    /// What the file says, and on top what the overlays ask for.
    func table(_ applying: [Int]) -> RedactionTable {
        applying.reduce(redaction.table) { table, index in overlays[index].redaction.map(table.joined) ?? table }
    }

    /// Whether somebody asked for smart encoding.
    func encodes(_ applying: [Int]) -> Bool {
        applying.last { overlays[$0].smartEncoding != nil }.flatMap { overlays[$0].smartEncoding }
            ?? document.smartEncoding
    }

    /// What holds for a message, by where its recipient may be and whose it is.
    func standing(of candidate: Candidate) -> Standing {
        if let known = candidate.known, known.engine === self { return known.standing }
        return newStanding(of: candidate)
    }

    /// Looks afresh.
    func newStanding(of candidate: Candidate) -> Standing {
        let country = country(of: candidate.request.to)
        let recipient = places.answer(candidate.request, country: country, isTrusted: candidate.isTrusted)
        let applying = applying(candidate.app, candidate.purpose, country)
        return Standing(
            kind: document.kind(
                of: candidate.messageClass, purpose: candidate.purpose, under: applying.lazy.map { self.overlays[$0] }),
            country: country, recipient: recipient,
            laws: recipient.place.laws + applying.map { overlays[$0].law }, overlays: applying)
    }

    /// The numbers of the policy.
    var limits: PolicyLimits { document.limits }

    /// Whether no overlay that holds lets the rule only warn.
    func binds(_ rule: String, _ applying: [Int]) -> Bool {
        !applying.contains { overlays[$0].warnOnly.contains { isFamily($0, of: rule) } }
    }

    private func situation(
        _ candidate: Candidate, _ facts: RecipientFacts?, _ traffic: TrafficFacts, _ now: Date
    ) -> Situation {
        let known = known(of: candidate)
        return Situation(
            candidate: candidate, facts: facts, traffic: traffic, now: now, standing: known.standing,
            text: candidate.text.map { TextFindings($0, words) }, review: known.review)
    }

    private static func facts(_ situation: Situation) -> Decision.Facts {
        let length = situation.review.segmentCount
        var facts = Decision.Facts(
            consent: situation.facts?.consent.rawValue ?? "unknown", segments: length?.segments,
            encoding: length?.encoding, country: situation.country)
        facts.zones = situation.recipient.zoneNames
        facts.zoneSource = situation.recipient.zoneSource
        facts.jurisdictions = situation.recipient.place.jurisdictions
        facts.sentIn24Hours =
            situation.traffic.sentIn24Hours
            ?? situation.laws.lazy.compactMap(\.caps).joined().first { $0.isDaily && $0.counts(situation.kind) }
            .flatMap { situation.traffic.sent($0) }
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
        for word in document.redaction.healthWords { add(phrase: word, .health) }
        for (index, overlay) in overlays.enumerated() {
            for brand in overlay.brands ?? [] { add(phrase: brand, .brand(index)) }
        }
    }
}
