/// A text prepared for the detectors: its scalars, what each stands for, and what was found.
///
/// Detectors look at one byte per scalar, in which disguises are gone: full-width and foreign digits are ASCII, letters
/// are lower case without accents, all spaces are one, and marks and invisible scalars are transparent.
struct ScannedText {
    /// What a part of the text turned out to be.
    enum Mark: UInt8 {
        case none, number, email, code, secret

        var placeholder: String {
            switch self {
            case .none: ""
            case .number: "<number>"
            case .email: "<email>"
            case .code: "<code>"
            case .secret: "<secret>"
            }
        }
    }

    /// A mark or an invisible scalar: as if it were not there.
    static let transparent: UInt8 = 0
    /// A scalar that no detector asks about, or one that must stay visible.
    static let opaque: UInt8 = 0x80

    let scalars: [Unicode.Scalar]
    private(set) var folded: [UInt8]
    private(set) var marks: [Mark]

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        folded = scalars.map(Self.fold)
        marks = Array(repeating: .none, count: scalars.count)
    }

    var count: Int { scalars.count }

    /// Claims a part; what was claimed before stays.
    mutating func mark(_ range: Range<Int>, as mark: Mark) {
        for index in range.clamped(to: 0..<count) where marks[index] == .none { marks[index] = mark }
    }

    /// Hides a part from the detectors that come later, so that it stays visible.
    mutating func shield(_ range: Range<Int>) {
        for index in range.clamped(to: 0..<count) { folded[index] = Self.opaque }
    }

    /// The byte at an index; opaque beyond the ends.
    subscript(index: Int) -> UInt8 { folded.indices.contains(index) ? folded[index] : Self.opaque }

    func isDigit(_ index: Int) -> Bool { (0x30...0x39).contains(self[index]) }

    func isLetter(_ index: Int) -> Bool { (0x61...0x7A).contains(self[index]) }

    /// The text with a placeholder for each marked part; nil when nothing is marked.
    var redacted: String? {
        guard marks.contains(where: { $0 != .none }) else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(count)
        var last = Mark.none
        for (scalar, mark) in zip(scalars, marks) {
            if mark == .none {
                if scalar.value < 0x80 {
                    text.append(UInt8(truncatingIfNeeded: scalar.value))
                } else {
                    text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                }
            } else if mark != last {
                text.append(contentsOf: mark.placeholder.utf8)
            }
            last = mark
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func fold(_ scalar: Unicode.Scalar) -> UInt8 {
        switch scalar.value {
        case 0x41...0x5A: UInt8(truncatingIfNeeded: scalar.value) | 0x20
        case 0..<0x80: UInt8(truncatingIfNeeded: scalar.value)
        // Full-width ASCII, and the dashes that a phone puts for a hyphen.
        case 0xFF01...0xFF5E: fold(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
        case 0x2010...0x2015, 0x2212: UInt8(ascii: "-")
        default: foldBeyondASCII(scalar)
        }
    }

    private static func foldBeyondASCII(_ scalar: Unicode.Scalar) -> UInt8 {
        if scalar.properties.isWhitespace { return UInt8(ascii: " ") }
        var folded: [Unicode.Scalar] = []
        FoldingTable.fold(scalar, into: &folded)
        guard let first = folded.first else { return transparent }
        return first.value < 0x80 && first != " " ? UInt8(truncatingIfNeeded: first.value) : opaque
    }
}
