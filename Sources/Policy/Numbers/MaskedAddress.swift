public import Messaging

/// An address as people may see it: the country code, a star for each digit, and the last two digits: `+1********10`.
///
/// There is one style only, since two different masks of one number together tell more than either. The channel's prefix
/// is left out. What is no number, a Messenger id for instance, is stars alone.
public func maskedAddress(_ address: Address) -> String {
    guard address.isE164 else { return "********" }
    let digits = Array(address.number.utf8.dropFirst())
    let code = callingCodeLength(digits)
    var text: [UInt8] = [UInt8(ascii: "+")]
    text.reserveCapacity(16)
    text.append(contentsOf: digits.prefix(code))
    text.append(contentsOf: repeatElement(UInt8(ascii: "*"), count: max(0, digits.count - code - 2)))
    text.append(contentsOf: digits.suffix(2))
    return String(decoding: text, as: UTF8.self)
}
