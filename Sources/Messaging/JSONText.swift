/// Writes JSON into a buffer, without white space.
///
/// Several texts are written for every message (its events, its decision, its canonical form), and Foundation's encoder
/// takes several microseconds for each.
public struct JSONText: Sendable {
    /// What was written so far, in UTF-8.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false
    /// Where members stand that only one of two audiences may read.
    private var clearRanges: [Range<Int>] = []

    /// An empty text.
    public init(reservingCapacity capacity: Int = 1024) {
        bytes.reserveCapacity(capacity)
    }

    /// The text as a string.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Members that ``redactedBytes`` leaves out. They must not be the first of their object, or a comma too many would
    /// stay behind.
    mutating func clearOnly(_ body: (inout JSONText) -> Void) {
        precondition(needsComma, "the first member of an object would leave its comma behind")
        let start = bytes.count
        body(&self)
        if bytes.count > start { clearRanges.append(start..<bytes.count) }
    }

    /// What was written so far, but for the members that are for one audience only.
    var redactedBytes: [UInt8] {
        var redacted: [UInt8] = []
        redacted.reserveCapacity(bytes.count)
        var start = 0
        for range in clearRanges {
            redacted.append(contentsOf: bytes[start..<range.lowerBound])
            start = range.upperBound
        }
        redacted.append(contentsOf: bytes[start...])
        return redacted
    }

    /// Writes an object whose members `body` writes.
    public mutating func object(_ key: String? = nil, _ body: (inout JSONText) throws -> Void) rethrows {
        begin(key, UInt8(ascii: "{"))
        try body(&self)
        end(UInt8(ascii: "}"))
    }

    /// Writes an array whose elements `body` writes, without keys.
    public mutating func array(_ key: String? = nil, _ body: (inout JSONText) throws -> Void) rethrows {
        begin(key, UInt8(ascii: "["))
        try body(&self)
        end(UInt8(ascii: "]"))
    }

    /// Writes a string; nothing at all when it is nil.
    public mutating func value(_ key: String? = nil, _ text: String?) {
        guard let text else { return }
        separate(key)
        quote(text)
        needsComma = true
    }

    /// Writes a number; nothing at all when it is nil.
    public mutating func value(_ key: String? = nil, _ number: Int?) {
        guard let number else { return }
        separate(key)
        bytes.append(contentsOf: String(number).utf8)
        needsComma = true
    }

    /// Writes true or false; nothing at all when it is nil.
    public mutating func value(_ key: String? = nil, _ flag: Bool?) {
        guard let flag else { return }
        separate(key)
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        needsComma = true
    }

    /// Writes an object of strings, in the order of their keys by UTF-16 code units (RFC 8785, section 3.2.3).
    public mutating func pairs(_ key: String? = nil, _ pairs: [String: String]) {
        object(key) { json in
            for (name, text) in pairs.sorted(by: { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }) {
                json.value(name, text)
            }
        }
    }

    /// Writes JSON that was written before; nothing at all when it is nil.
    public mutating func raw(_ key: String? = nil, _ json: [UInt8]?) {
        guard let json else { return }
        separate(key)
        bytes.append(contentsOf: json)
        needsComma = true
    }

    private mutating func begin(_ key: String?, _ bracket: UInt8) {
        separate(key)
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate(_ key: String?) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if let key {
            quote(key)
            bytes.append(UInt8(ascii: ":"))
        }
    }

    /// Escapes what must be (RFC 8259, section 7), each in the one form that RFC 8785, section 3.2.2.2, gives.
    private mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.contains(where: mustBeEscaped) else {
                bytes.append(addingCapacity: utf8.count + 2) { (span: inout OutputSpan<UInt8>) in
                    span.append(UInt8(ascii: "\""))
                    for byte in utf8 { span.append(byte) }
                    span.append(UInt8(ascii: "\""))
                }
                return
            }
            bytes.append(UInt8(ascii: "\""))
            for byte in utf8 {
                if mustBeEscaped(byte) { escape(byte) } else { bytes.append(byte) }
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0..<0x20: bytes.append(contentsOf: "u00\(hexadecimal([byte]))".utf8)
        default: bytes.append(byte)
        }
    }
}

private func mustBeEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}
