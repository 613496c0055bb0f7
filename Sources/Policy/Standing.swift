import Messaging

/// What holds for a message under a policy, whatever is known of earlier ones. Asked for by several judgements of one
/// message, and shared by them.
final class Standing: Sendable {
    let kind: MessageKind
    let country: String?
    /// Where the recipient may be.
    let recipient: RecipientPlaces.Answer
    /// The laws of the recipient's jurisdictions, and of the overlays that hold for the message.
    let laws: [Law]
    /// The overlays that hold for the message, by index.
    let overlays: [Int]

    init(kind: MessageKind, country: String?, recipient: RecipientPlaces.Answer, laws: [Law], overlays: [Int]) {
        self.kind = kind
        self.country = country
        self.recipient = recipient
        self.laws = laws
        self.overlays = overlays
    }
}
