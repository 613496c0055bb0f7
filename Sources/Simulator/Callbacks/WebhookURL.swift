/// The URL of a webhook, taken apart into what is called and signed, and how.
struct WebhookURL: Sendable {
    /// The longest one that is taken, in bytes (error 21609 beyond it).
    static let maximumLength = 4000

    /// Without user, password and fragment, none of which is signed (Twilio, "Webhooks security").
    let signed: String
    /// From the URL's user and password.
    let credentials: (user: String, password: String)?
    let overrides: ConnectionOverrides

    /// Nil unless it is an absolute http or https URL in printable ASCII with a host that has no underscore.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        let whole = text.prefix { $0 != "#" }
        guard let colon = whole.firstIndex(of: ":"), whole[colon...].hasPrefix("://") else { return nil }
        let scheme = whole[..<colon].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = whole[whole.index(colon, offsetBy: 3)...]
        let authority = rest.prefix { !"/?".contains($0) }
        let parts = authority.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.last, Self.isHost(host) else { return nil }
        credentials = parts.count == 2 ? Self.credentials(parts[0]) : nil
        signed = "\(scheme)://\(host)\(rest[authority.endIndex...])"
        overrides = ConnectionOverrides(fragment: text[whole.endIndex...].dropFirst())
    }

    /// A name or an address with an optional port; a bracketed IPv6 address holds colons of its own.
    private static func isHost(_ text: Substring) -> Bool {
        let name: Substring
        let port: Substring
        if text.hasPrefix("["), let bracket = text.firstIndex(of: "]") {
            name = text[..<bracket]
            port = text[bracket...].dropFirst()
        } else {
            name = text.prefix { $0 != ":" }
            port = text[name.endIndex...]
        }
        guard name.utf8.count > 0, name.utf8.allSatisfy(isHostCharacter) else { return false }
        guard let colon = port.first else { return true }
        return colon == ":" && UInt16(port.dropFirst()) != nil
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-.:[".utf8.contains(byte)
        }
    }

    private static func credentials(_ userinfo: Substring) -> (user: String, password: String) {
        let parts = userinfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
            percentDecoded(String($0)) ?? String($0)
        }
        return (parts.first ?? "", parts.count == 2 ? parts[1] : "")
    }
}
