/// The default alphabet of GSM 03.38 (3GPP TS 23.038, section 6.2.1) with its extension table.
enum GSMAlphabet {
    /// How many septets a scalar takes: 1, 2 for one of the extension table, 0 when the alphabet has it not.
    static func septets(_ scalar: Unicode.Scalar) -> Int {
        scalar.value < 0x80 ? Int(ascii[Int(scalar.value)]) : septetsBeyondASCII(scalar)
    }

    private static func septetsBeyondASCII(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "£", "¥", "è", "é", "ù", "ì", "ò", "Ç", "Ø", "ø", "Å", "å", "Δ", "Φ", "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ",
            "Ξ",
            "Æ", "æ", "ß", "É", "¤", "¡", "Ä", "Ö", "Ñ", "Ü", "§", "¿", "ä", "ö", "ñ", "ü", "à":
            1
        case "€": 2
        default: 0
        }
    }

    /// The same for ASCII, of which the control characters but LF, FF and CR and the grave accent are not in it.
    static let ascii: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 128)
        for value in 0x20...0x7E { table[value] = 1 }
        for value in [0x0A, 0x0D] { table[value] = 1 }
        for scalar: Unicode.Scalar in ["\u{0C}", "^", "{", "}", "\\", "[", "~", "]", "|"] {
            table[Int(scalar.value)] = 2
        }
        table[0x60] = 0
        return table
    }()
}
