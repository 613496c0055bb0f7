public import FoundationEssentials

/// A message as the API answers it, to a fetch or in a list.
public struct MessageResource: Sendable, Decodable {
    /// `SM` or `MM` and 32 hexadecimal digits.
    public let sid: String
    /// Where the message stands.
    public let status: TwilioStatus
    /// `outbound-api`, `inbound` and the like.
    public let direction: String?
    /// The sender; nil until a messaging service has chosen one. Personal data.
    public let from: String?
    /// The recipient. Personal data.
    public let to: String?
    /// The text as it was sent. Personal data.
    public let body: String?
    /// The messaging service.
    public let messagingServiceSID: String?
    /// The provider's error; see ``ErrorTable``.
    public let errorCode: Int?
    /// How many segments the text took; 0 until a messaging service has sent it.
    public let segmentCount: Int?
    /// How many attachments it has.
    public let mediaCount: Int?
    /// When the provider took it.
    public let created: Date?
    /// When it last changed.
    public let updated: Date?
    /// When it left the provider.
    public let sent: Date?

    private enum Key: String, CodingKey {
        case sid, status, direction, from, to, body
        case messagingServiceSID = "messaging_service_sid"
        case errorCode = "error_code"
        case segmentCount = "num_segments"
        case mediaCount = "num_media"
        case created = "date_created"
        case updated = "date_updated"
        case sent = "date_sent"
    }

    /// Reads the API's object, in which numbers are strings and dates are those of mail.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        sid = try fields.decode(String.self, forKey: .sid)
        guard isMessageSID(sid) else {
            throw DecodingError.dataCorruptedError(forKey: .sid, in: fields, debugDescription: "no SID of a message")
        }
        status = TwilioStatus(try fields.decode(String.self, forKey: .status))
        direction = try fields.decodeIfPresent(String.self, forKey: .direction)
        from = try fields.decodeIfPresent(String.self, forKey: .from)
        to = try fields.decodeIfPresent(String.self, forKey: .to)
        body = try fields.decodeIfPresent(String.self, forKey: .body)
        messagingServiceSID = try fields.decodeIfPresent(String.self, forKey: .messagingServiceSID)
        errorCode = try fields.decodeIfPresent(Int.self, forKey: .errorCode)
        segmentCount = try fields.decodeIfPresent(String.self, forKey: .segmentCount).flatMap { Int($0) }
        mediaCount = try fields.decodeIfPresent(String.self, forKey: .mediaCount).flatMap { Int($0) }
        created = try fields.decodeIfPresent(String.self, forKey: .created).flatMap(parseMailDate)
        updated = try fields.decodeIfPresent(String.self, forKey: .updated).flatMap(parseMailDate)
        sent = try fields.decodeIfPresent(String.self, forKey: .sent).flatMap(parseMailDate)
    }
}

/// One page of a list of messages.
public struct MessagePage: Sendable, Decodable {
    /// The messages, newest first.
    public let messages: [MessageResource]
    /// The path and query of the next page; nil on the last. Pages are followed, never computed.
    public let nextPageURI: String?

    private enum CodingKeys: String, CodingKey {
        case messages
        case nextPageURI = "next_page_uri"
    }
}
