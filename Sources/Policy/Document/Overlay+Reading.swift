import Messaging

extension PolicyDocument.Overlay {
    private static let keys = [
        "name", "mode", "apps", "purposes", "countries", "warnOnly", "brands", "allowedCountries", "kinds", "redaction",
        "smartEncoding",
    ]
    private static let families = ["quiet-hours", "consent", "cap", "number", "content", "guard"]

    init(
        _ node: PolicyNode, calendars: [String: HolidayCalendar], categories: Set<String>, patterns: [TextPattern]
    ) throws(PolicyProblem) {
        let fields = try node.fields(Self.keys + Law.keys)
        guard let name = fields["name"] else { throw node.problem("lacks name") }
        guard isRoutingWord(try name.text()) else { throw name.problem("is not 1 to 32 of a-z, 0-9 and -") }
        law = try Law(name: try name.text(), fields, calendars: calendars, categories: categories)
        mode = try fields["mode"]?.text()
        if let field = fields["mode"], !PolicyOverlay.modes.contains(try field.text()) {
            throw field.problem("is no mode: \(PolicyOverlay.modes.joined(separator: " "))")
        }
        apps = try fields["apps"]?.routingWords()
        purposes = try fields["purposes"]?.routingWords()
        countries = try fields["countries"]?.countries()
        brands = try fields["brands"]?.texts()
        allowedCountries = try fields["allowedCountries"]?.countries()
        if let node = fields["redaction"] {
            redaction = try PolicyDocument.Redaction.overlay(node, patterns: patterns)
        } else {
            redaction = nil
        }
        smartEncoding = try fields["smartEncoding"]?.flag()
        kinds = try fields["kinds"]?.purposesByKind() ?? [:]
        var warnOnly: [String] = []
        for element in try fields["warnOnly"]?.elements() ?? [] {
            let rule = try element.text()
            let family = rule.prefix { $0 != "." }
            guard Self.families.contains(String(family)) else {
                throw element.problem(
                    family == "opt-out"
                        ? "is never weakened: who said no gets nothing"
                        : "is no family of rules: \(Self.families.joined(separator: " "))")
            }
            warnOnly.append(rule)
        }
        self.warnOnly = warnOnly
        let sections: [(String, Bool)] = [
            ("quiet-hours", law.quietHours != nil), ("cap", law.caps != nil), ("consent", law.consent != nil),
        ]
        for (family, isSet) in sections where isSet && warnOnly.contains(family) {
            throw node.problem("contradicts itself: it sets \(family) and lets \(family) only warn")
        }
    }

    /// A purpose to which another overlay gives another kind, where both may hold for a message.
    func contradiction(_ other: PolicyDocument.Overlay) -> String? {
        func mayMeet(_ one: Set<String>?, _ two: Set<String>?) -> Bool {
            guard let one, let two else { return true }
            return !one.isDisjoint(with: two)
        }
        let isOneMode = mode == nil || other.mode == nil || mode == other.mode
        guard isOneMode, mayMeet(apps, other.apps), mayMeet(countries, other.countries) else { return nil }
        return kinds.keys.sorted().first { purpose in
            guard let kind = kinds[purpose], let second = other.kinds[purpose], kind != second else { return false }
            return mayMeet(purposes, [purpose]) && mayMeet(other.purposes, [purpose])
        }
    }

    /// Whether it holds for a message.
    func applies(app: String, purpose: String, country: String?) -> Bool {
        if let apps, !apps.contains(app) { return false }
        if let purposes, !purposes.contains(purpose) { return false }
        if let countries, country.map(countries.contains) != true { return false }
        return true
    }
}
