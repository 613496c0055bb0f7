/// One spelling of a number in E.164 that has several: the same person must have one token, whichever channel wrote it.
///
/// WhatsApp keeps mobile numbers of Mexico as `+521…`, of Argentina as `+549…`, and many of Brazil without their ninth digit,
/// while people are called at `+52…`, `+54…` and `+55 .. 9…` (help pages of providers, such as Zoho, "Inconsistencies in mobile
/// numbers and their WhatsApp IDs in Brazil and Mexico", and Whapi, "Specifics of sending messages to numbers of different
/// countries"; Twilio's own webhooks were not seen). No two subscribers share what is left: within these countries the digits
/// that go or come say that a number is mobile, not whose it is.
func subscriberNumber(_ number: String) -> String {
    let digits = number.utf8.dropFirst()
    if digits.starts(with: "521".utf8), digits.count == 13 { return "+52" + number.dropFirst(4) }
    if digits.starts(with: "549".utf8), digits.count == 13 { return "+54" + number.dropFirst(4) }
    // Eight digits behind the area code, of which a mobile number's first is 6 to 9.
    if digits.starts(with: "55".utf8), digits.count == 12, let first = digits.dropFirst(4).first,
        (UInt8(ascii: "6")...UInt8(ascii: "9")).contains(first)
    {
        return number.prefix(5) + "9" + number.dropFirst(5)
    }
    return number
}

/// The spelling that ``subscriberNumber(_:)`` replaces by this one; nil where there is none.
func otherSpelling(_ subscriber: String) -> String? {
    let digits = subscriber.utf8.dropFirst()
    let other: String
    if digits.starts(with: "52".utf8), digits.count == 12 {
        other = "+521" + subscriber.dropFirst(3)
    } else if digits.starts(with: "54".utf8), digits.count == 12 {
        other = "+549" + subscriber.dropFirst(3)
    } else if digits.starts(with: "55".utf8), digits.count == 13, digits.dropFirst(4).first == UInt8(ascii: "9") {
        other = String(subscriber.prefix(5) + subscriber.dropFirst(6))
    } else {
        return nil
    }
    return subscriberNumber(other) == subscriber ? other : nil
}
