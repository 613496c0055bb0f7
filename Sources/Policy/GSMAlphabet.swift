/// The default alphabet of GSM 03.38 (3GPP TS 23.038, section 6.2.1) with its extension table.
enum GSMAlphabet {
    /// How many septets a scalar takes: 1, 2 for one of the extension table, 0 when the alphabet has it not.
    static func septets(_ scalar: Unicode.Scalar) -> Int {
        scalar.value < 0x80 ? septetsInASCII(scalar) : septetsBeyondASCII(scalar)
    }

    /// Of the control characters it has LF, CR and, extended, FF; the grave accent it has not.
    private static func septetsInASCII(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "^", "{", "}", "\\", "[", "~", "]", "|", "\u{0C}": 2
        case "`", "\u{7F}": 0
        case " "..., "\n", "\r": 1
        default: 0
        }
    }

    private static func septetsBeyondASCII(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "£", "¥", "è", "é", "ù", "ì", "ò", "Ç", "Ø", "ø", "Å", "å", "Δ", "Φ", "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ": 1
        case "Ξ", "Æ", "æ", "ß", "É", "¤", "¡", "Ä", "Ö", "Ñ", "Ü", "§", "¿", "ä", "ö", "ñ", "ü", "à": 1
        case "€": 2
        default: 0
        }
    }
}
