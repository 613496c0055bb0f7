import FoundationEssentials
import Messaging

/// What events say of a message, as the ledger keeps it: all but what stands in columns of their own (the key, the
/// account, the recipient's token).
struct StoredOrigin {
    private struct Wire: Decodable {
        var `class`: String?
        var purpose: String?
        var channel: String?
        var sender: String?
        var attempt: Int?
        var rid: String?
        var cid: String?
        var masked: String?
        var country: String?
        var metadata: [String: String]?
    }

    static func json(_ origin: MessageOrigin) -> String {
        var json = JSONText(reservingCapacity: 256)
        json.object { json in
            json.value("class", origin.message.messageClass?.rawValue)
            json.value("purpose", origin.message.purpose)
            json.value("channel", origin.message.channel?.rawValue)
            json.value("sender", origin.message.sender)
            json.value("attempt", origin.message.attempt)
            json.value("rid", origin.recipient?.id)
            json.value("cid", origin.message.correlationID)
            json.value("masked", origin.recipient?.masked)
            json.value("country", origin.recipient?.country)
            if !origin.message.metadata.isEmpty { json.pairs("metadata", origin.message.metadata) }
        }
        return json.string
    }

    /// What cannot be read any more is missing from the origin, and the message is looked up all the same.
    static func origin(
        _ json: String?, _ key: MessageKey, account: String, recipient: RecipientToken?
    ) -> MessageOrigin {
        let wire = json.flatMap { try? JSONDecoder().decode(Wire.self, from: Data($0.utf8)) } ?? Wire()
        var message = MessageContext(
            messageID: key.messageID, app: key.app, messageClass: wire.class.flatMap(MessageClass.init),
            purpose: wire.purpose, channel: wire.channel.flatMap(Channel.init), account: account, sender: wire.sender,
            attempt: wire.attempt)
        message.metadata = wire.metadata ?? [:]
        message.correlationID = wire.cid
        let reference = recipient.map { token in
            RecipientReference(token: token, masked: wire.masked ?? "", country: wire.country, id: wire.rid)
        }
        return MessageOrigin(message: message, recipient: reference)
    }
}
