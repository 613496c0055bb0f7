/// Reads some members of a JSON object while it checks the whole text against the grammar of RFC 8259.
///
/// Every message sent costs one answer of some 850 bytes of which two members matter; Foundation's decoder, which
/// prepares all of them, takes several times as long. Only strings without escapes are given out: SIDs and statuses have
/// none.
struct JSONObjectStrings {
    /// How deep arrays and objects may stand in each other.
    static let maximumDepth = 32

    private let bytes: [UInt8]
    private let names: [StaticString]
    private var index = 0
    private var values: [Range<Int>?]
    private var isFound: [Bool]
    private var isRepeated = false

    private init(_ bytes: [UInt8], _ names: [StaticString]) {
        self.bytes = bytes
        self.names = names
        values = Array(repeating: nil, count: names.count)
        isFound = Array(repeating: false, count: names.count)
    }

    /// The values of the members called `names`, in that order.
    ///
    /// - Returns: nil when the text is no JSON object in UTF-8, or when one of the members is missing, is no string, has
    ///   an escape in its name or value, or stands twice.
    static func values(of names: [StaticString], in bytes: [UInt8]) -> [String]? {
        guard (try? UTF8Span(validating: bytes.span)) != nil else { return nil }
        var reader = JSONObjectStrings(bytes, names)
        reader.skipSpace()
        guard reader.next == UInt8(ascii: "{"), reader.skipValue(depth: 0) else { return nil }
        reader.skipSpace()
        let found = reader.values.compactMap { $0 }
        guard reader.index == bytes.count, !reader.isRepeated, found.count == names.count else { return nil }
        return found.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipValue(depth: Int) -> Bool {
        guard depth < Self.maximumDepth, let byte = next else { return false }
        switch byte {
        case UInt8(ascii: "{"): return skipObject(depth: depth)
        case UInt8(ascii: "["): return skipArray(depth: depth)
        case UInt8(ascii: "\""): return takeString() != nil
        case UInt8(ascii: "t"): return takeWord("true")
        case UInt8(ascii: "f"): return takeWord("false")
        case UInt8(ascii: "n"): return takeWord("null")
        default: return skipNumber()
        }
    }

    private mutating func skipObject(depth: Int) -> Bool {
        index += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\""), let name = takeString() else { return false }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { return false }
            skipSpace()
            if next == UInt8(ascii: "\"") {
                guard let value = takeString() else { return false }
                if depth == 0 { keep(name, value) }
            } else {
                guard skipValue(depth: depth + 1) else { return false }
                if depth == 0 { keep(name, nil) }
            }
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    private mutating func skipArray(depth: Int) -> Bool {
        index += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return true }
        repeat {
            skipSpace()
            guard skipValue(depth: depth + 1) else { return false }
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    /// Remembers the value of a wanted member; nil for one that is no string.
    private mutating func keep(_ name: StringToken, _ value: StringToken?) {
        for place in names.indices where name.isPlain && isEqual(name.content, names[place]) {
            if isFound[place] { isRepeated = true }
            isFound[place] = true
            if let value, value.isPlain { values[place] = value.content }
        }
    }

    private func isEqual(_ range: Range<Int>, _ name: StaticString) -> Bool {
        range.count == name.utf8CodeUnitCount
            && name.withUTF8Buffer { name in bytes[range].elementsEqual(name) }
    }
}

extension JSONObjectStrings {
    /// A string where it stands in the text, without its quotation marks.
    private struct StringToken {
        var content: Range<Int>
        var isPlain: Bool
    }

    /// Takes a string that begins here (RFC 8259, section 7).
    private mutating func takeString() -> StringToken? {
        let start = index + 1
        var position = start
        var isPlain = true
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                index = position
                return StringToken(content: start..<(position - 1), isPlain: isPlain)
            }
            guard byte >= 0x20 else { return nil }
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                guard let length = escapeLength(at: position) else { return nil }
                position += length
            }
        }
        return nil
    }

    /// How many bytes follow a reverse solidus; nil where they are no escape.
    private func escapeLength(at position: Int) -> Int? {
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "u"):
            let digits = bytes[(position + 1)...].prefix(4)
            return digits.count == 4 && digits.allSatisfy { hexadecimalValue($0) != nil } ? 5 : nil
        case let byte:
            return "\"\\/bfnrt".utf8.contains(byte) ? 1 : nil
        }
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count, isEqual(index..<end, word) else { return false }
        index = end
        return true
    }

    /// Skips a number (RFC 8259, section 6).
    private mutating func skipNumber() -> Bool {
        _ = take(UInt8(ascii: "-"))
        let start = index
        guard skipDigits() else { return false }
        guard bytes[start] != UInt8(ascii: "0") || index == start + 1 else { return false }
        if take(UInt8(ascii: ".")), !skipDigits() { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            return skipDigits()
        }
        return true
    }

    private mutating func skipDigits() -> Bool {
        let start = index
        while let byte = next, isDigit(byte) { index += 1 }
        return index > start
    }
}
