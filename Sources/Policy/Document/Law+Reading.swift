import Messaging

extension Law {
    /// The keys of a law within a jurisdiction or an overlay.
    static let keys = [
        "quietHours", "consent", "cap", "optOutInstruction", "forbidden", "linkShorteners", "links", "whatsApp",
        "optOutExempt",
    ]

    /// - Parameters:
    ///   - known: the calendars and categories of the file.
    init(
        name: String, _ fields: [String: PolicyNode], calendars: [String: HolidayCalendar], categories: Set<String>
    ) throws(PolicyProblem) {
        self.init(name: name)
        if let node = fields["quietHours"] { quietHours = try Self.quietHours(node, name: name, calendars) }
        if let node = fields["consent"] { consent = try Self.restriction(node) }
        if let node = fields["cap"] { caps = try Self.caps(node, name: name) }
        if let node = fields["optOutInstruction"] { optOutInstruction = try Self.restriction(node) }
        if let node = fields["linkShorteners"] { linkShorteners = try Self.restriction(node) }
        if let node = fields["links"] { links = try Self.restriction(node) }
        if let node = fields["whatsApp"] { whatsApp = try Self.restriction(node) }
        if let node = fields["optOutExempt"] { optOutExempt = try node.kinds() }
        guard let node = fields["forbidden"] else { return }
        for entry in try node.entries() {
            guard categories.contains(entry.name) else { throw entry.key.problem("is no category of this file") }
            forbidden.append(
                ForbiddenCategory(category: entry.name, effect: try entry.value.word([Effect.warn, .block])))
        }
    }

    private static func quietHours(
        _ node: PolicyNode, name: String, _ calendars: [String: HolidayCalendar]
    ) throws(PolicyProblem) -> QuietHours {
        let fields = try node.fields(["open", "closedOn", "kinds", "reference"])
        guard let open = fields["open"] else { throw node.problem("lacks open") }
        var holidays: HolidayCalendar?
        if let node = fields["closedOn"] {
            guard let calendar = calendars[try node.text()] else { throw node.problem("is no calendar of this file") }
            holidays = calendar
        }
        return QuietHours(
            hours: try OpenHours(open, holidays: holidays), kinds: try kinds(fields), reference: try reference(fields),
            rule: "quiet-hours.\(name)")
    }

    private static func restriction(_ node: PolicyNode) throws(PolicyProblem) -> Restriction {
        let fields = try node.fields(["effect", "kinds", "reference"])
        return Restriction(
            effect: try fields["effect"]?.word([Effect.warn, .block]) ?? .block, kinds: try kinds(fields),
            reference: try reference(fields))
    }

    /// Laws on messages are mostly on those that sell.
    static func kinds(_ fields: [String: PolicyNode]) throws(PolicyProblem) -> MessageKinds {
        try fields["kinds"]?.kinds() ?? .promotional
    }

    static func reference(_ fields: [String: PolicyNode]) throws(PolicyProblem) -> String? {
        try fields["reference"]?.text()
    }
}
