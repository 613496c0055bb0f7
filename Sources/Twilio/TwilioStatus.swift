public import Messaging

/// A status in the provider's own word.
///
/// The list of words is open: one that is not known stays what it is and changes nothing.
public enum TwilioStatus: Sendable, Equatable {
    /// What becomes of a message of ours.
    case outbound(MessageStatus)
    /// `receiving` or `received`: a message from a person.
    case inbound(String)
    /// Any other word, such as the deprecated `partially_delivered`.
    case opaque(String)

    /// Reads the provider's word, as the API and callbacks write it (lower case) or as Event Streams do (upper case).
    public init(_ word: String) {
        switch word.lowercased() {
        case "accepted": self = .outbound(.accepted)
        case "scheduled": self = .outbound(.scheduled)
        case "queued": self = .outbound(.queued)
        case "sending": self = .outbound(.sending)
        case "sent": self = .outbound(.sent)
        case "delivered": self = .outbound(.delivered)
        case "undelivered": self = .outbound(.undelivered)
        case "failed": self = .outbound(.failed)
        case "read": self = .outbound(.read)
        case "canceled": self = .outbound(.canceled)
        case "receiving", "received": self = .inbound(word.lowercased())
        default: self = .opaque(word)
        }
    }

    /// The status in our vocabulary; nil for what is not about a message of ours, and for unknown words.
    public var messageStatus: MessageStatus? {
        switch self {
        case .outbound(let status): status
        case .inbound, .opaque: nil
        }
    }

    /// The provider's word.
    public var word: String {
        switch self {
        case .outbound(let status): status.rawValue
        case .inbound(let word), .opaque(let word): word
        }
    }
}
