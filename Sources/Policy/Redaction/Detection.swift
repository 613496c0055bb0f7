/// All that is found in one text.
struct Detection {
    /// By position, without overlaps.
    private(set) var findings: [Finding] = []

    /// What is looked for first, each without knowing of the others.
    enum Step {
        case links, emails, accountNumbers, internationalPhones, cards, socialSecurity, nationalPhones

        static let ofDigits = [accountNumbers, internationalPhones, cards, socialSecurity, nationalPhones]
        static let all = [links, emails] + ofDigits
        /// Where there are fewer digits than any number has.
        static let few = [links, emails, accountNumbers]
    }

    /// A part of the prepared text that belongs to a finding.
    private struct Claim {
        let kind: Finding.Kind
        let range: Range<Int>
        var isCertain: Bool
    }

    private var claimed: [Claim] = []
    private var claims: Claims

    /// - Parameters:
    ///   - patterns: the policy file's own.
    ///   - order: of the detectors; makes no difference.
    init(_ text: String, _ patterns: [TextPattern] = [], order: ([Step]) -> [Step] = { $0 }) {
        claims = Claims(count: 0)
        guard !patterns.isEmpty || mayHoldFindings(text) else { return }
        let text = PreparedText(text)
        let marks = DetectorMarks(text)
        claims = Claims(count: text.count)
        findByForm(text, marks, order(marks.digits < 7 ? Step.few : Step.all))
        for (index, pattern) in patterns.enumerated() {
            for range in pattern.matches(in: text, besides: claims) where claims.take(range) {
                claimed.append(Claim(kind: .pattern(index), range: range, isCertain: true))
            }
        }
        if marks.digits >= 4 { findByContext(text, marks.groups) }
        claimed.sort { $0.range.lowerBound < $1.range.lowerBound }
        findings = claimed.map {
            Finding(kind: $0.kind, range: text.scalars($0.range), isCertain: $0.isCertain)
        }
    }

    /// What its form alone gives away.
    private mutating func findByForm(_ text: PreparedText, _ marks: DetectorMarks, _ steps: [Step]) {
        var candidates = Candidates()
        for step in steps {
            switch step {
            case .links: LinkSecretDetector.find(text, marks.links, &candidates)
            case .emails: MailAddressDetector.find(text, marks.ats, &candidates)
            case .accountNumbers: AccountNumberDetector.find(text, marks.groups, &candidates)
            case .internationalPhones: PhoneDetector.findInternational(text, marks.groups, &candidates)
            case .cards where marks.digits < 12: continue
            case .cards: CardDetector.find(text, marks.groups, &candidates)
            case .socialSecurity: SocialSecurityDetector.find(text, marks.groups, &candidates)
            case .nationalPhones: PhoneDetector.findNational(text, marks.groups, &candidates)
            }
        }
        take(candidates)
    }

    /// What the words near it give away. What was found by its form is as good as gone from the text.
    private mutating func findByContext(_ text: PreparedText, _ groups: [DigitGroup]) {
        let context = ContextWords(text, groups, claims)
        assureCards(groups, context)
        guard context.hasWords else { return }
        var candidates = Candidates()
        OneTimeCodeDetector.find(text, groups, context, &candidates)
        SocialSecurityDetector.findBare(text, groups, context, &candidates)
        PhoneDetector.findAnnounced(text, groups, context, &candidates)
        take(candidates)
    }

    private mutating func take(_ candidates: Candidates) {
        for span in candidates.take(&claims) {
            claimed.append(Claim(kind: .detector(span.rank.detector), range: span.range, isCertain: span.isCertain))
        }
    }

    /// A word such as "card" makes a card number certain.
    private mutating func assureCards(_ groups: [DigitGroup], _ context: ContextWords) {
        guard claimed.contains(where: { $0.kind == .detector(.pan) && !$0.isCertain }) else { return }
        var near: Set<Int> = []
        for index in groups.indices where context.isNear(.card, index, before: 6, after: 4) {
            near.insert(groups[index].start)
        }
        for index in claimed.indices where claimed[index].kind == .detector(.pan) {
            if near.contains(claimed[index].range.lowerBound) { claimed[index].isCertain = true }
        }
    }
}
