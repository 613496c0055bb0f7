/// Refuses a value that is a phone number in E.164, an e-mail address or a card number, because it would travel in
/// URLs, logs and redacted events.
///
/// - Throws: ``RequestProblem`` for `field`.
public func refusePersonalData(_ value: String, field: String) throws(RequestProblem) {
    if isPhoneNumber(value) { throw RequestProblem(field: field, problem: "is a phone number; use an id of your own") }
    if isEmailAddress(value) {
        throw RequestProblem(field: field, problem: "is an e-mail address; use an id of your own")
    }
    if isCardNumber(value) { throw RequestProblem(field: field, problem: "is a card number") }
}

/// E.164, also as a channel's or a link's address (`whatsapp:+1…`, `tel:+1…`) or with the usual separators. Digits without
/// a plus sign may be anybody's order number.
private func isPhoneNumber(_ value: String) -> Bool {
    var text = value[...]
    if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8[..<colon].allSatisfy(isLetter) {
        text = text[text.utf8.index(after: colon)...]
    }
    guard text.utf8.first == UInt8(ascii: "+") else { return false }
    return isE164Number(String(text.unicodeScalars.filter { !" -.()/\u{A0}".unicodeScalars.contains($0) }))
}

private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

/// `local@domain.tld`, nothing around it.
private func isEmailAddress(_ text: String) -> Bool {
    guard text.utf8.contains(UInt8(ascii: "@")) else { return false }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64 else { return false }
    let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty } && !text.contains(" ")
}

/// 13 to 19 digits, perhaps in groups with spaces or hyphens, that pass the Luhn check (ISO/IEC 7812-1) and begin as an
/// issuer's number does (2 to 6).
private func isCardNumber(_ text: String) -> Bool {
    var digits: [Int] = []
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39: digits.append(Int(byte) - 0x30)
        case UInt8(ascii: " "), UInt8(ascii: "-"): continue
        default: return false
        }
    }
    guard (13...19).contains(digits.count), let first = digits.first, (2...6).contains(first) else { return false }
    var sum = 0
    for (index, digit) in digits.reversed().enumerated() {
        let doubled = index % 2 == 1 ? digit * 2 : digit
        sum += doubled > 9 ? doubled - 9 : doubled
    }
    return sum % 10 == 0
}
