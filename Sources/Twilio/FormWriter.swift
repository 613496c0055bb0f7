/// Writes `application/x-www-form-urlencoded` and queries of URLs.
///
/// Everything but the unreserved characters of RFC 3986 is percent-encoded, a space too: the result means the same as a
/// form and as a query, and no proxy has a reason to normalise it, which would break the signature of a callback.
struct FormWriter {
    private(set) var bytes: [UInt8] = []
    private var isEmpty = true

    init(reservingCapacity capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Continues a text, such as the part of a URL before its query, that ends where the first field may begin.
    init(continuing text: String, reservingCapacity capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(contentsOf: text.utf8)
    }

    /// Text that is written as it is.
    mutating func append(raw text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func append(_ name: String, _ value: String) {
        if !isEmpty { bytes.append(UInt8(ascii: "&")) }
        isEmpty = false
        encode(name)
        bytes.append(UInt8(ascii: "="))
        encode(value)
    }

    /// Nothing when the value is nil.
    mutating func append(_ name: String, _ value: String?) {
        if let value { append(name, value) }
    }

    mutating func append(_ name: String, _ value: Int?) {
        if let value { append(name, String(value)) }
    }

    mutating func append(_ name: String, _ value: Bool?) {
        if let value { append(name, value ? "true" : "false") }
    }

    /// One text, percent-encoded.
    static func encoded(_ text: String) -> String {
        var writer = FormWriter(reservingCapacity: text.utf8.count)
        writer.encode(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private mutating func encode(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            // Three bytes for each would do for any text, so that the loop need not ask for room.
            bytes.append(addingCapacity: utf8.count * 3) { (span: inout OutputSpan<UInt8>) in
                for byte in utf8 {
                    if isUnreserved(byte) {
                        span.append(byte)
                    } else {
                        span.append(UInt8(ascii: "%"))
                        span.append(hexadecimalDigit(byte >> 4))
                        span.append(hexadecimalDigit(byte & 15))
                    }
                }
            }
        }
    }
}

/// Whether the byte is an unreserved character of RFC 3986, section 2.3: a letter, a digit or one of `-._~`.
func isUnreserved(_ byte: UInt8) -> Bool {
    // One bit for each of the 128 ASCII characters: the form of a message has some 600 bytes, each asked once.
    let mask: UInt64 = byte < 64 ? 0x03FF_6000_0000_0000 : 0x47FF_FFFE_87FF_FFFE
    return byte < 128 && mask >> UInt64(byte & 63) & 1 == 1
}

/// The upper-case hexadecimal digit of a value below 16.
private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x41 + value - 10
}
