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
    return scanned.redacted ?? text
}

/// Whether a text has a byte without which no detector hits, or ends a word in "rer" as "Bearer" does: most log messages
/// have neither.
private func mayHoldSecrets(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x80..., 0x30...0x39, UInt8(ascii: "@"), UInt8(ascii: "="), UInt8(ascii: ":"):
                return true
            case UInt8(ascii: " ") where index >= 3:
                if bytes[index - 1] | 0x20 == UInt8(ascii: "r"), bytes[index - 2] | 0x20 == UInt8(ascii: "e"),
                    bytes[index - 3] | 0x20 == UInt8(ascii: "r")
                {
                    return true
                }
            default: continue
            }
        }
        return false
    }
}
