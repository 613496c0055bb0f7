/// Whether a text can hold anything that a detector looks for: one pass over its bytes, since most texts hold nothing.
///
/// - Returns: false only for a text without four digits, an at sign, `://` or `=` in any width or script.
func mayHoldFindings(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
        var digits = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte >= 0x80 else {
                if byte &- 0x30 < 10 {
                    digits += 1
                    if digits >= 4 { return true }
                } else if byte == UInt8(ascii: "@") || byte == UInt8(ascii: "=") {
                    return true
                } else if byte == UInt8(ascii: "/"), index < bytes.count, bytes[index] == UInt8(ascii: "/") {
                    return true
                }
                continue
            }
            let second = index < bytes.count ? bytes[index] : 0
            let third = index + 1 < bytes.count ? bytes[index + 1] : 0
            if mayBeDisguise(byte, second, third) { return true }
        }
        return false
    }
}

/// Whether the scalar that begins with these bytes may fold to a digit, an at sign or other ASCII; false for the letters,
/// punctuation and emoji of most texts. The trailing bytes of a scalar are no disguise.
private func mayBeDisguise(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    switch first {
    case 0x80..<0xC2: false
    // Superscript digits.
    case 0xC2: second == 0xB2 || second == 0xB3 || second == 0xB9
    case 0xC3...0xD8: false
    // Vietnamese and other Latin letters.
    case 0xE1: !(0xB8...0xBB).contains(second)
    case 0xE2:
        second == 0x81 || second == 0x82 && third < 0xA0 || (0x91...0x93).contains(second)
            || second == 0x88 && third == 0x95
    // Numbers in circles, hours, and units such as square metres.
    case 0xE3: (0x88...0x8E).contains(second)
    case 0xE4...0xE9, 0xEB...0xEE: false
    case 0xF0: !(second == 0x9F && ((0x8C...0xA7).contains(third) || (0xA9...0xAB).contains(third)))
    default: true
    }
}
