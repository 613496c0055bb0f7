/// Into how many segments of SMS a text goes.
///
/// A segment holds 160 septets of GSM-7, or 70 units of UCS-2 (UTF-16); where there are several, each gives 7 septets, or
/// 3 units, to the header that joins them (3GPP TS 23.040, section 9.2.3.24.1). A pair of the extension table and a
/// grapheme move whole to the next segment.
public struct SegmentCount: Sendable, Equatable {
    /// `GSM-7` or `UCS-2`.
    public let encoding: String
    /// At least 1.
    public let segments: Int

    /// Counts a text as it stands, without smart encoding.
    public init(_ text: String) {
        if let segments = Self.septetSegments(text) {
            encoding = "GSM-7"
            self.segments = segments
        } else {
            encoding = "UCS-2"
            segments = Self.unitSegments(text)
        }
    }

    /// nil when the alphabet lacks one of the characters.
    private static func septetSegments(_ text: String) -> Int? {
        var whole = 0
        var filling = Filling(capacity: 153)
        for scalar in text.unicodeScalars {
            let septets = GSMAlphabet.septets(scalar)
            guard septets > 0 else { return nil }
            whole += septets
            filling.add(septets)
        }
        return whole <= 160 ? 1 : filling.segments
    }

    private static func unitSegments(_ text: String) -> Int {
        guard text.utf16.count > 70 else { return 1 }
        return scalarSegments(text) ?? graphemeSegments(text)
    }

    /// The count where every scalar stands for itself, as in most texts; nil where graphemes have to be found.
    private static func scalarSegments(_ text: String) -> Int? {
        var filling = Filling(capacity: 67)
        for scalar in text.unicodeScalars {
            guard isAlone(scalar) else { return nil }
            filling.add(1)
        }
        return filling.segments
    }

    /// Whether a scalar of these blocks never joins its neighbour in one grapheme, and is one unit: Latin, Greek,
    /// Cyrillic, punctuation and currencies, kana without its marks, Chinese and Hangul.
    private static func isAlone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00A9, 0x00AD, 0x00AE: false
        case 0...0x02FF, 0x0370...0x0482, 0x048A...0x0530, 0x2010...0x2027, 0x20A0...0x20BF, 0x3001...0x3029,
            0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFF, 0xAC00...0xD7A3:
            true
        default: false
        }
    }

    private static func graphemeSegments(_ text: String) -> Int {
        var filling = Filling(capacity: 67)
        for character in text {
            let units = character.utf16.count
            if character == "\r\n" {
                // Two characters to a phone, though one grapheme to Unicode.
                filling.add(1)
                filling.add(1)
            } else if units <= filling.capacity {
                filling.add(units)
            } else {
                // Nothing holds such a stack of accents whole.
                for scalar in character.unicodeScalars { filling.add(UTF16.width(scalar)) }
            }
        }
        return filling.segments
    }
}

/// Fills segments one after the other with parts that may not be split.
private struct Filling {
    let capacity: Int
    private(set) var segments = 1
    private var used = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func add(_ size: Int) {
        if used + size > capacity {
            segments += 1
            used = 0
        }
        used += size
    }
}
