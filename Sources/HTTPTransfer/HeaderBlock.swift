/// The header lines of an answer as they came, one after another, each with its line end. Most answers are read for
/// their status and body alone, so names and values become strings only when asked for.
struct HeaderBlock: Sendable {
    private var bytes: [UInt8] = []

    init() {}

    init(_ fields: [(name: String, value: String)]) {
        for field in fields {
            append("\(field.name): \(field.value)\r\n".utf8)
        }
    }

    mutating func append(_ line: some Collection<UInt8>) {
        bytes.append(contentsOf: line)
    }

    mutating func removeAll() {
        bytes = []
    }

    var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
                // A folded line goes on with the value before it (RFC 9112, section 5.2).
                guard let last = fields.indices.last else { continue }
                fields[last].value += " " + String(decoding: line.trimmed, as: UTF8.self)
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                fields.append(
                    (
                        String(decoding: line[..<colon].trimmed, as: UTF8.self),
                        String(decoding: line[line.index(after: colon)...].trimmed, as: UTF8.self)
                    ))
            }
        }
        return fields
    }

    func firstValue(of name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }
}

extension ArraySlice<UInt8> {
    /// Without the blanks and line ends on both sides.
    fileprivate var trimmed: ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return []
        }
        return self[first...last]
    }
}
