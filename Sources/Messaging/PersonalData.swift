/// Refuses a value that is a phone number in E.164, an e-mail address or a card number, because it would travel in
/// URLs, logs and redacted events.
///
/// - Throws: ``RequestProblem`` for `field`.
public func refusePersonalData(_ value: String, field: String) throws(RequestProblem) {
    if isE164Number(value) { throw RequestProblem(field: field, problem: "is a phone number; use an id of your own") }
    if isEmailAddress(value) {
        throw RequestProblem(field: field, problem: "is an e-mail address; use an id of your own")
    }
    if isCardNumber(value) { throw RequestProblem(field: field, problem: "is a card number") }
}

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
