import Yams

/// A value of a policy file, with where it stands.
struct PolicyNode {
    let node: Node
    let path: String

    func problem(_ text: String) -> PolicyProblem {
        PolicyProblem(line: node.mark?.line, column: node.mark?.column, path: path, problem: text)
    }

    /// The members of a mapping, in the order of the file.
    func entries() throws(PolicyProblem) -> [(key: PolicyNode, name: String, value: PolicyNode)] {
        guard case .mapping(let mapping) = node else { throw problem("is not a mapping of keys to values") }
        var entries: [(key: PolicyNode, name: String, value: PolicyNode)] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw PolicyNode(node: key, path: path).problem("has a key that is not a word")
            }
            let below = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
            entries.append((PolicyNode(node: key, path: below), scalar.string, PolicyNode(node: value, path: below)))
        }
        return entries
    }

    /// The members of a mapping by their names.
    ///
    /// - Throws: ``PolicyProblem`` for a key that nobody reads: a typo must not silently change what is sent.
    func fields(_ known: [String]) throws(PolicyProblem) -> [String: PolicyNode] {
        var fields: [String: PolicyNode] = [:]
        for entry in try entries() {
            guard known.contains(entry.name) else {
                throw entry.key.problem("is not known; known here: \(known.sorted().joined(separator: " "))")
            }
            fields[entry.name] = entry.value
        }
        return fields
    }

    /// Whether it is a list.
    var isList: Bool { if case .sequence = node { true } else { false } }

    /// The elements of a list.
    func elements() throws(PolicyProblem) -> [PolicyNode] {
        guard case .sequence(let sequence) = node else { throw problem("is not a list") }
        return sequence.enumerated().map { PolicyNode(node: $1, path: "\(path).\($0)") }
    }

    /// A text that is not empty.
    func text() throws(PolicyProblem) -> String {
        guard case .scalar(let scalar) = node else { throw problem("is not a text") }
        guard !scalar.string.isEmpty else { throw problem("is empty") }
        return scalar.string
    }

    /// A list of texts.
    func texts() throws(PolicyProblem) -> [String] {
        var texts: [String] = []
        for element in try elements() { texts.append(try element.text()) }
        return texts
    }

    /// A whole number within limits.
    func integer(_ range: ClosedRange<Int>) throws(PolicyProblem) -> Int {
        guard let value = Int(try text()), range.contains(value) else {
            throw problem("is not a whole number of \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// One of some words.
    func word<Word: RawRepresentable>(_ words: [Word]) throws(PolicyProblem) -> Word where Word.RawValue == String {
        let text = try text()
        guard let word = words.first(where: { $0.rawValue == text }) else {
            throw problem("is none of \(words.map(\.rawValue).joined(separator: " "))")
        }
        return word
    }

    /// A list of kinds.
    func kinds() throws(PolicyProblem) -> MessageKinds {
        var kinds: MessageKinds = []
        for element in try elements() { kinds.insert(MessageKinds(try element.word(MessageKind.allCases))) }
        return kinds
    }
}
