import Twilio

/// Writes `application/x-www-form-urlencoded` as Twilio's own client does, a space as a plus sign.
func formBody(_ fields: [FormFields.Field]) -> [UInt8] {
    var body: [UInt8] = []
    for field in fields {
        if !body.isEmpty { body.append(UInt8(ascii: "&")) }
        encode(field.name, into: &body)
        body.append(UInt8(ascii: "="))
        encode(field.value, into: &body)
    }
    return body
}

/// The text with everything but letters, digits and `-._~` percent-encoded: a segment of a path.
func percentEncoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 { encode(byte, into: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
}

/// The text that was percent-encoded; nil when it is not UTF-8, or a percent sign has no two digits after it.
func percentDecoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
}

private func encode(_ text: String, into body: inout [UInt8]) {
    for byte in text.utf8 {
        if byte == UInt8(ascii: " ") { body.append(UInt8(ascii: "+")) } else { encode(byte, into: &body) }
    }
}

private func encode(_ byte: UInt8, into body: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        body.append(byte)
    default:
        let digits = Array("0123456789ABCDEF".utf8)
        body += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
