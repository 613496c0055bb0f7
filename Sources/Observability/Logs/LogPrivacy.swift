import Messaging
import Policy

/// What the name of a metadata key says of its value.
enum LogPrivacy {
    /// Never shown: addresses, texts, codes and secrets by name.
    case hidden
    /// An id by name: shown as it is, if it looks like one.
    case identifier
    /// Shown after redaction.
    case plain

    init(key: String) {
        let words = key.lowercased().split { $0 == "." || $0 == "_" || $0 == "-" }
        guard let last = words.last else {
            self = .plain
            return
        }
        if last == "code" {
            // An error's code is for support, a person's code is not.
            let before = words.dropLast().last.map(String.init)
            self = before.map(Self.errorWords.contains) == true ? .plain : .hidden
        } else if Self.hiddenWords.contains(String(last)) {
            self = .hidden
        } else if last == "id" {
            self = .identifier
        } else {
            self = .plain
        }
    }

    /// The value as the log may show it.
    func shown(_ text: String) -> String {
        switch self {
        case .hidden: RecipientToken(text).keyID == nil ? "<hidden>" : redactedForLog(text)
        case .identifier: Self.isIdentifier(text) ? text : redactedForLog(text)
        case .plain: redactedForLog(text)
        }
    }

    /// Ids of messages hold no personal data by contract, but a mere number may be one's telephone.
    private static func isIdentifier(_ text: String) -> Bool {
        isMessageID(text) && text.utf8.contains { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }

    private static let errorWords: Set<String> = [
        "error", "status", "exit", "reply", "response", "http", "close", "provider", "curl", "return",
    ]
    private static let hiddenWords: Set<String> = [
        "body", "text", "content", "payload", "variables", "to", "from", "address", "addresses", "phone", "msisdn",
        "email",
        "password", "passwd", "secret", "secrets", "token", "tokens", "authorization", "cookie", "otp", "pin",
        "passcode",
        "signature", "credentials", "apikey",
    ]
}
