public import Messaging

/// The country of a number, ISO 3166-1 alpha-2, where its digits tell; nil where several countries share them, and for
/// what is no number.
public func country(of address: Address) -> String? {
    guard address.isE164 else { return nil }
    let digits = address.number.utf8.dropFirst()
    return digits.first == UInt8(ascii: "1") ? northAmericanCountry(digits.dropFirst()) : CallingCodes.country(digits)
}

/// By the three digits of the area code; nil for toll-free and other codes of no country.
private func northAmericanCountry(_ national: Substring.UTF8View) -> String? {
    guard national.count == 10 else { return nil }
    var area = 0
    for digit in national.prefix(3) { area = area * 10 + Int(digit) - 0x30 }
    return AreaCodes.countries[area]
}

/// How many digits of a number are its country code (ITU-T E.164, annex to the Operational Bulletin): 1 and 7 stand
/// alone, the listed ones have two digits, all others three.
func callingCodeLength(_ digits: [UInt8]) -> Int {
    guard let first = digits.first, first != UInt8(ascii: "1"), first != UInt8(ascii: "7") else { return 1 }
    guard digits.count >= 2 else { return digits.count }
    let two = Int(first) * 10 + Int(digits[1]) - 0x30 * 11
    return CallingCodes.ofTwoDigits.contains(two) ? 2 : 3
}
