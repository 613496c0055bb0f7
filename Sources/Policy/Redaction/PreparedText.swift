/// A text as the detectors look at it: folded, without what cannot be seen, and with the way back to its own scalars.
///
/// One byte stands for each character that is left: digits of every script and width are ASCII, Latin letters are lower
/// case without accents, all spaces are one, and marks, zero-width scalars and controls are gone. A scalar that is several
/// characters, a circled twelve, gives several bytes.
struct PreparedText {
    let bytes: [UInt8]
    /// For each byte the scalar of the text that it comes from; nil where they are the same.
    private let origins: [Int32]?
    /// Where a word for a one-time code of another script begins, by byte, in order.
    let foreignCodeWords: [Int]

    var count: Int { bytes.count }

    init(_ text: String) {
        if let ascii = Self.plain(text) {
            bytes = ascii
            origins = nil
            foreignCodeWords = []
            return
        }
        var bytes: [UInt8] = []
        var origins: [Int32] = []
        var folded: [Unicode.Scalar] = []
        bytes.reserveCapacity(text.utf8.count)
        origins.reserveCapacity(text.utf8.count)
        var words: [Int] = []
        var seen: [Unicode.Scalar] = []
        for (index, scalar) in text.unicodeScalars.enumerated() {
            folded.removeAll(keepingCapacity: true)
            Self.append(scalar, to: &bytes, folded: &folded)
            while origins.count < bytes.count { origins.append(Int32(truncatingIfNeeded: index)) }
            // Only the last scalars are kept that a word may consist of.
            for scalar in folded where scalar.value >= 0x80 {
                seen.append(scalar)
                if seen.count > 64 { seen.removeFirst(32) }
                if let length = ForeignCodeWords.endingLength(seen) { words.append(max(0, bytes.count - length)) }
            }
        }
        self.bytes = bytes
        self.origins = origins
        foreignCodeWords = words
    }

    /// The scalars of the text that a range of bytes comes from.
    func scalars(_ range: Range<Int>) -> Range<Int> {
        guard let origins, !range.isEmpty else { return range }
        let first = Int(origins[range.lowerBound])
        return first..<max(first, Int(origins[range.upperBound - 1])) + 1
    }

    /// The byte at an index; opaque beyond the ends.
    subscript(index: Int) -> UInt8 {
        index >= 0 && index < bytes.count ? bytes[index] : ScalarFolding.opaque
    }

    func isDigit(_ index: Int) -> Bool { self[index] &- 0x30 < 10 }

    func isLetter(_ index: Int) -> Bool {
        self[index] &- 0x61 < 26 || self[index] == ScalarFolding.letter
    }

    func isWord(_ index: Int) -> Bool { isDigit(index) || isLetter(index) }

    /// A letter that digits may belong to: Chinese and Japanese stand next to numbers without a space.
    func isLatinLetter(_ index: Int) -> Bool { self[index] &- 0x61 < 26 }

    /// Whether a word may begin here: nothing of a word stands before, and nothing that stands for a part of one.
    func isBeginning(_ index: Int) -> Bool {
        !isDigit(index - 1) && !isLatinLetter(index - 1) && !Placeholder.ends(self, at: index)
    }

    /// Whether a word may end here.
    func isEnd(_ index: Int) -> Bool {
        !isDigit(index) && !isLatinLetter(index) && !Placeholder.begins(self, at: index)
    }

    /// Whether a lower-case ASCII text stands at an index.
    func matches(_ text: StaticString, at start: Int) -> Bool {
        guard start >= 0, start + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { expected in
            for offset in 0..<expected.count where bytes[start + offset] != expected[offset] { return false }
            return true
        }
    }

    /// The bytes of a text that is ASCII without controls; nil for any other.
    private static func plain(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { utf8 in
            var bytes: [UInt8] = []
            var isPlain = true
            bytes.append(addingCapacity: utf8.count) { (span: inout OutputSpan<UInt8>) in
                for byte in utf8 {
                    guard byte &- 0x20 < 0x5F || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
                        isPlain = false
                        return
                    }
                    span.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
                }
            }
            return isPlain ? bytes : nil
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], folded: inout [Unicode.Scalar]) {
        switch scalar.value {
        case 0x41...0x5A: bytes.append(UInt8(scalar.value) | 0x20)
        case 0x09, 0x0A, 0x0D, 0x20..<0x7F: bytes.append(UInt8(scalar.value))
        case 0..<0x80: break
        default:
            if let byte = ScalarFolding.punctuation(scalar) {
                bytes.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
            } else if let byte = ScalarFolding.common(scalar) {
                if byte == ScalarFolding.letter { folded.append(scalar) }
                bytes.append(byte)
            } else {
                FoldingTable.fold(scalar, into: &folded)
                if folded.count == 1, folded[0] == " ", scalar.properties.isWhitespace {
                    bytes.append(UInt8(ascii: " "))
                } else {
                    for scalar in folded { bytes.append(byte(scalar)) }
                }
            }
        }
    }

    /// What the folding table made of a scalar; a space stands for symbols there.
    private static func byte(_ folded: Unicode.Scalar) -> UInt8 {
        if folded.value >= 0x80 { return ScalarFolding.letter }
        return folded == " " ? ScalarFolding.opaque : UInt8(truncatingIfNeeded: folded.value)
    }
}
