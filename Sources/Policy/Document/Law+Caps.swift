import Messaging

extension Law {
    /// The longest time that a cap looks back, in hours: 30 days.
    static let longestCap = 720

    /// One cap, or a list of caps of which each has a name of its own.
    static func caps(_ node: PolicyNode, name: String) throws(PolicyProblem) -> [Cap] {
        guard node.isList else { return [try cap(node, law: name)] }
        var caps: [Cap] = []
        for element in try node.elements() {
            let cap = try cap(element, law: name)
            guard !caps.contains(where: { $0.rule == cap.rule }) else {
                throw element.problem("has the name of another cap: \(cap.rule)")
            }
            caps.append(cap)
        }
        return caps
    }

    private static func cap(_ node: PolicyNode, law: String) throws(PolicyProblem) -> Cap {
        let fields = try node.fields(["name", "per24Hours", "limit", "hours", "within", "kinds", "reference"])
        let limit: Int
        var hours = 24
        switch (fields["per24Hours"], fields["limit"], fields["hours"]) {
        case (let daily?, nil, nil): limit = try daily.integer(1...1_000_000)
        case (nil, let any?, let span?):
            limit = try any.integer(1...1_000_000)
            hours = try span.integer(1...longestCap)
        default: throw node.problem("has neither per24Hours alone nor limit and hours together")
        }
        var scope: TrafficQuestion.Count.Scope = []
        for element in try fields["within"]?.elements() ?? [] {
            scope.insert(try element.word(CapScope.allCases).scope)
        }
        var rule = "cap.\(law)"
        if let name = fields["name"] {
            guard isRoutingWord(try name.text()) else { throw name.problem("is not 1 to 32 of a-z, 0-9 and -") }
            rule += ".\(try name.text())"
        }
        let count = TrafficQuestion.Count(kinds: try kinds(fields).rawValue, seconds: hours * 3600, scope: scope)
        return Cap(limit: limit, count: count, reference: try reference(fields), rule: rule)
    }
}

/// What counted messages have in common beside the recipient, as the file names it.
private enum CapScope: String, CaseIterable {
    case app, program, purpose

    var scope: TrafficQuestion.Count.Scope {
        switch self {
        case .app: .app
        case .program: .program
        case .purpose: .purpose
        }
    }
}
