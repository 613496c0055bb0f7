import Messaging

extension PolicyDocument {
    /// What is looked for in texts, and what is done with it.
    struct Redaction: Sendable {
        var table = RedactionTable.standard
        /// The operator's own patterns.
        var patterns: [TextPattern] = []
        /// Words that tell of somebody's health.
        var healthWords: [String] = []
        var healthReference: String?
    }
}

extension PolicyDocument.Redaction {
    /// Reads the section `redaction` of a policy file.
    init(_ node: PolicyNode) throws(PolicyProblem) {
        let fields = try node.fields(["sinks", "patterns", "health"])
        if let node = fields["patterns"] { try readPatterns(node) }
        if let node = fields["sinks"] { try Self.read(node, into: &table, patterns: patterns) }
        guard let node = fields["health"] else { return }
        let health = try node.fields(["words", "reference"])
        guard let words = health["words"] else { throw node.problem("lacks words") }
        healthWords = try words.texts()
        healthReference = try health["reference"]?.text()
    }

    /// Reads the section of an overlay, which only adds to what the file says.
    static func overlay(_ node: PolicyNode, patterns: [TextPattern]) throws(PolicyProblem) -> RedactionTable {
        var table = RedactionTable.none
        let fields = try node.fields(["sinks"])
        if let node = fields["sinks"] { try read(node, into: &table, patterns: patterns) }
        return table
    }

    private mutating func readPatterns(_ node: PolicyNode) throws(PolicyProblem) {
        for entry in try node.entries() {
            guard isRoutingWord(entry.name), entry.name != "all", Detector(rawValue: entry.name) == nil else {
                throw entry.key.problem("is no name of a pattern: 1 to 32 of a-z, 0-9 and -, and no detector's")
            }
            guard patterns.count < 32 else { throw entry.key.problem("is one pattern too many; 32 are allowed") }
            do {
                patterns.append(try TextPattern(name: entry.name, try entry.value.text()))
            } catch let problem as TextPatternProblem {
                throw entry.value.problem("at character \(problem.position): \(problem.problem)")
            } catch let problem as PolicyProblem {
                throw problem
            } catch {
                throw entry.value.problem("is no pattern")
            }
            // In what is sent nothing is hidden that nobody asked to hide.
            for sink in Sink.allCases where sink != .body { table[sink, .pattern(patterns.count - 1)] = .mask }
        }
    }

    private static func read(
        _ node: PolicyNode, into table: inout RedactionTable, patterns: [TextPattern]
    ) throws(PolicyProblem) {
        for entry in try node.entries() {
            guard let sink = Sink(rawValue: entry.name) else {
                throw entry.key.problem("is no sink: \(Sink.allCases.map(\.rawValue).joined(separator: " "))")
            }
            let actions = try entry.value.entries()
            if let all = actions.first(where: { $0.name == "all" }) {
                let action = try all.value.word(RedactionAction.allCases)
                for detector in Detector.allCases where !(sink == .body && detector == .otp) {
                    table[sink, .detector(detector)] = action
                }
                for index in patterns.indices { table[sink, .pattern(index)] = action }
                try check(all.value, sink, .pan, action)
            }
            for (key, name, value) in actions where name != "all" {
                let action = try value.word(RedactionAction.allCases)
                if let detector = Detector(rawValue: name) {
                    try check(value, sink, detector, action)
                    table[sink, .detector(detector)] = action
                } else if let index = patterns.firstIndex(where: { $0.name == name }) {
                    table[sink, .pattern(index)] = action
                } else {
                    let known = Detector.allCases.map(\.rawValue) + patterns.map(\.name)
                    throw key.problem("is neither a detector nor a pattern: all \(known.joined(separator: " "))")
                }
            }
        }
    }

    private static func check(
        _ node: PolicyNode, _ sink: Sink, _ detector: Detector, _ action: RedactionAction
    ) throws(PolicyProblem) {
        if sink == .body, detector == .otp, action != .allow {
            throw node.problem("would hide a one-time code from who asked for it; in the body it is always allowed")
        }
        if sink == .log, action == .allow { throw node.problem("is allowed in no log") }
    }
}
