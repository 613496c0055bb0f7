import Crypto
import Messaging
import Yams

extension PolicyDocument {
    /// The largest file that is read, in bytes.
    public static let maximumSize = 1 << 18

    /// Reads a policy file.
    ///
    /// - Throws: ``PolicyProblem`` with line and column: bad YAML, an unknown key, a value that is not allowed.
    public init(yaml bytes: [UInt8]) throws(PolicyProblem) {
        func refuse(_ problem: String, line: Int? = nil, column: Int? = nil) -> PolicyProblem {
            PolicyProblem(line: line, column: column, path: "", problem: problem)
        }
        guard bytes.count <= Self.maximumSize else { throw refuse("has over \(Self.maximumSize) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw refuse("is not UTF-8") }
        if let place = YAMLShape.excess(bytes) {
            throw refuse(place.problem, line: place.line, column: place.column)
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            throw refuse("is not YAML: \(problem)", line: mark.line, column: mark.column)
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            throw refuse(
                "the key \(keys.joined(separator: ", ")) stands twice", line: context.mark.line,
                column: context.mark.column)
        } catch {
            throw refuse("is not YAML")
        }
        guard let root else { throw refuse("holds no policy") }
        try self.init(root: PolicyNode(node: root, path: ""))
        contentHash = Self.hash(of: root)
    }

    /// Over the values with the keys of every mapping in order.
    private static func hash(of root: Node) -> String {
        var json = JSONText(reservingCapacity: 1 << 15)
        write(root, key: nil, to: &json)
        return "sha256:" + hexadecimal(SHA256.hash(data: json.bytes))
    }

    private static func write(_ node: Node, key: String?, to json: inout JSONText) {
        switch node {
        case .scalar(let scalar): json.value(key, scalar.string)
        case .sequence(let sequence):
            json.array(key) { json in for element in sequence { write(element, key: nil, to: &json) } }
        case .mapping(let mapping):
            json.object(key) { json in
                let members = mapping.map { ($0.key.scalar?.string ?? "", $0.value) }
                for (name, value) in members.sorted(by: { $0.0 < $1.0 }) { write(value, key: name, to: &json) }
            }
        case .alias: break
        }
    }
}
