/// Writes JSON as RFC 8785 asks: no white space, and only the escapes that must be.
///
/// Members must be written in the order of their names by UTF-16 code units; ``members(_:_:)`` sorts by itself.
struct CanonicalJSON {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(reservingCapacity capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    mutating func beginObject(_ name: String? = nil) {
        separate(name)
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// A string; nothing at all when it is nil.
    mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        separate(name)
        quote(text)
        needsComma = true
    }

    mutating func member(_ name: String, _ flag: Bool) {
        separate(name)
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        needsComma = true
    }

    mutating func member(_ name: String, _ texts: [String]) {
        separate(name)
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        for text in texts {
            separate(nil)
            quote(text)
            needsComma = true
        }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// An object of strings.
    mutating func members(_ name: String, _ pairs: [String: String]) {
        beginObject(name)
        for (key, text) in pairs.sorted(by: { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }) {
            member(key, text)
        }
        endObject()
    }

    private mutating func separate(_ name: String?) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        guard let name else { return }
        quote(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for index in utf8.indices {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: utf8[start..<index])
                escape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0..<0x20: bytes.append(contentsOf: "u00\(hexadecimal(byte))".utf8)
        default: bytes.append(byte)
        }
    }
}

/// A byte as two lower-case hexadecimal digits.
func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return byte < 16 ? "0" + digits : digits
}
