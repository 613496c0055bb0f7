import Yams

/// What two policy files say differently, value by value.
public struct PolicyDifference: Sendable, Equatable, CustomStringConvertible {
    /// The keys down to the value.
    public let path: String
    /// nil where only the second file has it.
    public let before: String?
    /// nil where only the first file has it.
    public let after: String?

    /// `- jurisdictions.US-FL.cap.per24Hours: 3`, and a line with `+` for what is new.
    public var description: String {
        let lines = [before.map { "- \(path): \($0)" }, after.map { "+ \(path): \($0)" }]
        return lines.compactMap { $0 }.joined(separator: "\n")
    }

    /// Compares two files that have been read before; by path.
    ///
    /// - Throws: ``PolicyProblem`` for a file that is no policy.
    public static func between(_ left: [UInt8], _ right: [UInt8]) throws(PolicyProblem) -> [PolicyDifference] {
        let before = try values(left)
        let after = try values(right)
        return Set(before.keys).union(after.keys).sorted().compactMap { path in
            before[path] == after[path]
                ? nil : PolicyDifference(path: path, before: before[path], after: after[path])
        }
    }

    private static func values(_ bytes: [UInt8]) throws(PolicyProblem) -> [String: String] {
        _ = try PolicyDocument(yaml: bytes)
        var values: [String: String] = [:]
        if let root = try? Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)) {
            collect(root, path: "", into: &values)
        }
        return values
    }

    private static func collect(_ node: Node, path: String, into values: inout [String: String]) {
        switch node {
        case .scalar(let scalar): values[path] = scalar.string
        case .sequence(let sequence) where sequence.allSatisfy({ $0.scalar != nil }):
            values[path] = "[" + sequence.compactMap { $0.scalar?.string }.joined(separator: ", ") + "]"
        case .sequence(let sequence):
            for (index, element) in sequence.enumerated() {
                // Overlays are known by their names, wherever they stand in the list.
                let name = element.mapping?["name"]?.string ?? "\(index)"
                collect(element, path: "\(path).\(name)", into: &values)
            }
        case .mapping(let mapping) where mapping.isEmpty: values[path] = "{}"
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = key.scalar?.string ?? ""
                collect(value, path: path.isEmpty ? name : "\(path).\(name)", into: &values)
            }
        case .alias: break
        }
    }
}
