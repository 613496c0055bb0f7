/// Writes JSON into a buffer.
///
/// Every event is written twice (redacted and in clear), and Foundation's encoder takes several microseconds for each;
/// reading, where the input is hostile, stays Foundation's.
public struct JSONText: Sendable {
    /// What was written so far, in UTF-8.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty text.
    public init(reservingCapacity capacity: Int = 1024) {
        bytes.reserveCapacity(capacity)
    }

    /// The text as a string.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

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

    /// Writes an object of strings, in the order of their keys.
    public mutating func pairs(_ key: String? = nil, _ pairs: [String: String]) {
        object(key) { json in
            for (name, text) in pairs.sorted(by: { $0.key < $1.key }) { json.value(name, text) }
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

    /// Escapes what RFC 8259, section 7, asks for: the quotation mark, the reverse solidus and control characters.
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
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            let hexadecimal = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexadecimal[Int(byte >> 4)])
            bytes.append(hexadecimal[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}
