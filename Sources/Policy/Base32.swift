/// RFC 4648 base32 in lower case, without padding.
func base32(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(32)
    var buffer: UInt16 = 0
    var bits = 0
    func letter(_ value: UInt16) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value & 31)
        return value < 26 ? UInt8(ascii: "a") + value : UInt8(ascii: "2") + value - 26
    }
    for byte in bytes {
        buffer = buffer << 8 | UInt16(byte)
        bits += 8
        while bits >= 5 {
            bits -= 5
            text.append(letter(buffer >> UInt16(bits)))
            buffer &= (1 << UInt16(bits)) - 1
        }
    }
    if bits > 0 { text.append(letter(buffer << UInt16(5 - bits))) }
    return String(decoding: text, as: UTF8.self)
}
