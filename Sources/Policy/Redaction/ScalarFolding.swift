/// What a scalar stands for when a text is searched for numbers, addresses and secrets.
enum ScalarFolding {
    /// A scalar that no detector asks about.
    static let opaque: UInt8 = 0x80
    /// A letter of an alphabet other than the Latin one.
    static let letter: UInt8 = 0x81

    /// Punctuation as ASCII knows it, where a phone, a keyboard or a disguise has put another; nil for everything else.
    ///
    /// Full-width forms, the hyphens and dashes, dots that are no full stop, and the small and superscript forms that
    /// compatibility composition (NFKC) replaces.
    static func punctuation(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0xFF01...0xFF5E: UInt8(scalar.value - 0xFEE0)
        case 0x2010...0x2015, 0x2043, 0x2212, 0xFE58, 0xFE63: UInt8(ascii: "-")
        case 0x00B7, 0x2022, 0x2024, 0x2027, 0x2219, 0x22C5, 0x3002, 0x30FB, 0xFE52, 0xFF61, 0xFF65:
            UInt8(ascii: ".")
        case 0x2044, 0x2215: UInt8(ascii: "/")
        case 0x207A, 0xFE62: UInt8(ascii: "+")
        case 0xFE55: UInt8(ascii: ":")
        case 0xFE6B: UInt8(ascii: "@")
        case 0x207C, 0xFE66: UInt8(ascii: "=")
        case 0xFE56: UInt8(ascii: "?")
        case 0xFE60: UInt8(ascii: "&")
        default: nil
        }
    }

    /// Blocks whose scalars fold to nothing else, and are common enough to be told without a look into the tables.
    static func common(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFF, 0xAC00...0xD7A3: letter
        case 0x20A0...0x20BF, 0x2500...0x2775, 0x1F300...0x1FAFF: opaque
        default: nil
        }
    }
}
