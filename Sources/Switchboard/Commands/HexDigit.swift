extension UInt8 {
    /// Whether it is an ASCII hexadecimal digit, of either case; `Character.isHexDigit` takes full-width ones too.
    var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "a")...UInt8(ascii: "f"):
            true
        default: false
        }
    }
}
