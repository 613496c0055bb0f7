import Messaging

extension PolicyDocument {
    private static let keys = [
        "name", "limits", "kinds", "optOut", "categories", "linkShorteners", "calendars", "jurisdictions", "overlays",
        "redaction", "smartEncoding",
    ]

    /// - Throws: ``PolicyProblem`` at the first value that is not allowed.
    init(root: PolicyNode) throws(PolicyProblem) {
        let fields = try root.fields(Self.keys)
        guard let name = fields["name"] else { throw root.problem("lacks name") }
        guard isRoutingWord(try name.text()) else { throw name.problem("is not 1 to 32 of a-z, 0-9 and -") }
        self.init(name: try name.text(), contentHash: "")
        if let node = fields["limits"] { limits = try PolicyLimits(node) }
        if let node = fields["kinds"] { kinds = try node.purposesByKind() }
        if let node = fields["optOut"] { try readOptOut(node) }
        if let node = fields["categories"] { try readCategories(node) }
        if let node = fields["linkShorteners"] { linkShorteners = try node.texts() }
        if let node = fields["redaction"] { redaction = try Redaction(node) }
        if let node = fields["smartEncoding"] { smartEncoding = try node.flag() }
        var calendars: [String: HolidayCalendar] = [:]
        if let node = fields["calendars"] {
            for entry in try node.entries() {
                calendars[entry.name] = try HolidayCalendar(name: entry.name, entry.value)
            }
        }
        guard let node = fields["jurisdictions"] else { throw root.problem("lacks jurisdictions") }
        try readJurisdictions(node, calendars)
        if let node = fields["overlays"] { try readOverlays(node, calendars) }
    }

    init(name: String, contentHash: String) {
        self.name = name
        self.contentHash = contentHash
    }

    private mutating func readOptOut(_ node: PolicyNode) throws(PolicyProblem) {
        let fields = try node.fields(["exempt", "instructions"])
        if let node = fields["exempt"] { optOut.exempt = try node.kinds() }
        if let node = fields["instructions"] { optOut.instructions = try node.texts() }
    }

    private mutating func readCategories(_ node: PolicyNode) throws(PolicyProblem) {
        for entry in try node.entries() {
            guard isRoutingWord(entry.name) else { throw entry.key.problem("is no name: 1 to 32 of a-z, 0-9 and -") }
            let fields = try entry.value.fields(["words", "reference"])
            guard let words = fields["words"] else { throw entry.value.problem("lacks words") }
            guard categories.count < TextPatterns.maximumCategories else {
                throw entry.key.problem(
                    "is one too many: there are \(TextPatterns.maximumCategories) categories at most")
            }
            categories.append(
                Category(name: entry.name, words: try words.texts(), reference: try fields["reference"]?.text()))
        }
    }

    private mutating func readJurisdictions(
        _ node: PolicyNode, _ calendars: [String: HolidayCalendar]
    ) throws(PolicyProblem) {
        let names = Set(categories.map(\.name))
        for entry in try node.entries() {
            guard entry.name == "world" || isRegionCode(entry.name) else {
                throw entry.key.problem("is no jurisdiction: a code of ISO 3166 such as US or US-FL, EU, or world")
            }
            let fields = try entry.value.fields(Law.keys + ["name", "members"])
            let law = try Law(name: entry.name.lowercased(), fields, calendars: calendars, categories: names)
            var members: [String] = []
            for element in try fields["members"]?.elements() ?? [] { members.append(try element.country()) }
            jurisdictions.append(Jurisdiction(code: entry.name, members: members, law: law))
        }
        guard jurisdictions.contains(where: { $0.code == "world" }) else {
            throw node.problem("lacks world, which holds for the countries that are not listed")
        }
        for jurisdiction in jurisdictions where jurisdiction.code.contains("-") {
            guard jurisdictions.contains(where: { jurisdiction.code.hasPrefix("\($0.code)-") }) else {
                throw node.problem("has \(jurisdiction.code) without its country")
            }
        }
    }

    private mutating func readOverlays(
        _ node: PolicyNode, _ calendars: [String: HolidayCalendar]
    ) throws(PolicyProblem) {
        let names = Set(categories.map(\.name))
        for element in try node.elements() {
            let overlay = try Overlay(
                element, calendars: calendars, categories: names, patterns: redaction.patterns)
            guard !overlays.contains(where: { $0.law.name == overlay.law.name }) else {
                throw element.problem("has the name of another overlay, \(overlay.law.name)")
            }
            guard !jurisdictions.contains(where: { $0.code.lowercased() == overlay.law.name }) else {
                throw element.problem("has the name of a jurisdiction, \(overlay.law.name)")
            }
            for other in overlays {
                guard let purpose = overlay.contradiction(other) else { continue }
                throw element.problem(
                    "contradicts \(other.law.name): both may hold for a message, and \(purpose) is of another kind there"
                )
            }
            overlays.append(overlay)
        }
    }
}

extension PolicyNode {
    /// A country code.
    func country() throws(PolicyProblem) -> String {
        let text = try text()
        guard text.utf8.count == 2, isRegionCode(text) else {
            throw problem("is no country: two capital letters of ISO 3166-1")
        }
        return text
    }

    /// A list of country codes.
    func countries() throws(PolicyProblem) -> Set<String> {
        var countries: Set<String> = []
        for element in try elements() { countries.insert(try element.country()) }
        return countries
    }

    /// Purposes by their kinds, each once.
    func purposesByKind() throws(PolicyProblem) -> [String: MessageKind] {
        var kinds: [String: MessageKind] = [:]
        for entry in try entries() {
            let kind = try entry.key.word(MessageKind.allCases)
            for element in try entry.value.elements() {
                let purpose = try element.text()
                guard isRoutingWord(purpose) else { throw element.problem("is no purpose: 1 to 32 of a-z, 0-9 and -") }
                if let other = kinds[purpose] { throw element.problem("is already of the kind \(other.rawValue)") }
                kinds[purpose] = kind
            }
        }
        return kinds
    }

    /// A list of names of apps or purposes.
    func routingWords() throws(PolicyProblem) -> Set<String> {
        var words: Set<String> = []
        for element in try elements() {
            guard isRoutingWord(try element.text()) else { throw element.problem("is not 1 to 32 of a-z, 0-9 and -") }
            words.insert(try element.text())
        }
        return words
    }
}
