/// Whether the text is a country of ISO 3166-1 (alpha-2), EU, or a part of a country in ISO 3166-2.
public func isRegionCode(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 2 || (4...6).contains(bytes.count), bytes.prefix(2).allSatisfy({ (0x41...0x5A).contains($0) })
    else { return false }
    return bytes.count == 2
        || bytes[2] == UInt8(ascii: "-")
            && bytes.dropFirst(3).allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
}
