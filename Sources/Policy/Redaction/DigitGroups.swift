/// Digits that stand together, and what parts them from the next group.
struct DigitGroup {
    let start: Int
    private(set) var end: Int
    /// The one byte between this group and the next; 0 where there are more, or no next one within reach.
    var separator: UInt8 = 0
    /// Whether the next group may belong to the same card number: at most three spaces, hyphens, dots or the like between.
    var joinsCard = false
    /// The same for a phone number, which may have brackets and slashes.
    var joinsPhone = false

    var length: Int { end - start }

    init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }
}

/// Where in a text the detectors have to look.
struct DetectorMarks {
    private(set) var groups: [DigitGroup] = []
    private(set) var ats: [Int] = []
    /// Equals signs, and the colons of `://`.
    private(set) var links: [Int] = []
    /// How many digits there are.
    private(set) var digits = 0

    init(_ text: PreparedText) {
        text.bytes.withUnsafeBufferPointer { scan($0) }
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte &- 0x30 < 10 {
                let start = index
                repeat { index += 1 } while index < bytes.count && bytes[index] &- 0x30 < 10
                join(to: start, bytes)
                groups.append(DigitGroup(start: start, end: index))
                digits += index - start
                continue
            }
            if byte == UInt8(ascii: "@") {
                ats.append(index)
            } else if byte == UInt8(ascii: "=") {
                links.append(index)
            } else if byte == UInt8(ascii: ":"), index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "/"),
                bytes[index + 2] == UInt8(ascii: "/")
            {
                links.append(index)
            }
            index += 1
        }
    }

    private mutating func join(to start: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
        guard let last = groups.indices.last else { return }
        let gap = groups[last].end..<start
        guard gap.count <= 3 else { return }
        groups[last].joinsCard = gap.allSatisfy { Self.isSeparator(bytes[$0]) }
        groups[last].joinsPhone = gap.allSatisfy { Self.isPhoneSeparator(bytes[$0]) }
        if gap.count == 1 { groups[last].separator = bytes[gap.lowerBound] }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    private static func isPhoneSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "/"), 0x09:
            true
        default: false
        }
    }
}
