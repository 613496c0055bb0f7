/// What a log may show of a text: numbers of seven digits and more, e-mail addresses, one-time codes and the values of
/// keys that name secrets are replaced by `<number>`, `<email>`, `<code>` and `<secret>`.
///
/// The last belt, not a licence to log texts: names and meanings pass. Provider SIDs, recipient tokens, UUIDs, dates and
/// IP addresses stay visible. Takes time in proportion to the text, whatever it holds.
public func redactedForLog(_ text: String) -> String {
    guard mayHoldSecrets(text) else { return text }
    var scanned = ScannedText(text)
    scanned.markSecrets()
    scanned.shieldIDs()
    scanned.markEmails()
    scanned.markNumbers()
    scanned.markCodes()
    return scanned.redacted
}

/// Whether a text has a scalar without which no detector hits: most log messages have none.
private func mayHoldSecrets(_ text: String) -> Bool {
    text.utf8.contains { byte in
        byte >= 0x80 || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "@") || byte == UInt8(ascii: "=")
            || byte == UInt8(ascii: ":")
    } || text.utf8.count > 7 && text.lowercased().contains("bearer ")
}
