/// The words to which Twilio answers by itself, and what it does about them: the default handling of long codes and
/// toll-free numbers (Twilio, "Opt-out keywords"; REVOKE and OPTOUT since 2025-05-14).
enum OptOutKeyword: Sendable {
    case stop, start, help

    private static let words: [String: OptOutKeyword] = [
        "STOP": .stop, "STOPALL": .stop, "UNSUBSCRIBE": .stop, "END": .stop, "QUIT": .stop, "CANCEL": .stop,
        "REVOKE": .stop, "OPTOUT": .stop,
        "START": .start, "YES": .start, "UNSTOP": .start,
        "HELP": .help, "INFO": .help,
    ]

    /// The whole message must be the word, in any case, with nothing but space around it.
    init?(_ body: String) {
        guard body.utf8.count <= 32 else { return nil }
        let words = body.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let keyword = Self.words[words[0].uppercased()] else { return nil }
        self = keyword
    }

    /// What the person is told.
    var confirmation: String {
        switch self {
        case .stop: "You are unsubscribed and will get no more messages from this number. Reply START to resubscribe."
        case .start: "You are subscribed to messages from this number again. Reply HELP for help, STOP to unsubscribe."
        case .help: "Reply STOP to unsubscribe. Message and data rates may apply."
        }
    }
}
