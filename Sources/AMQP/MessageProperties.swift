/// The properties of a message; nil is "not set". Strings may have at most 255 bytes of UTF-8.
public struct MessageProperties: Sendable, Equatable {
    /// Media type of the body.
    public var contentType: String?
    /// Encoding of the body, such as `gzip`.
    public var contentEncoding: String?
    /// The header table; keys have at most 255 bytes of UTF-8. Of a key that occurs twice the first is kept.
    public var headers: [String: FieldValue] = [:]
    /// Whether the broker keeps the message over a restart.
    public var deliveryMode: DeliveryMode?
    /// For priority queues.
    public var priority: UInt8?
    /// Names the message that this one answers.
    public var correlationID: String?
    /// Where an answer goes.
    public var replyTo: String?
    /// Time to live in milliseconds, as decimal text.
    public var expiration: String?
    /// The application's name of the message.
    public var messageID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// The application's kind of message.
    public var type: String?
    /// The broker's user who published it; RabbitMQ checks it against the connection.
    public var userID: String?
    /// The application that published it; nobody checks it.
    public var appID: String?

    /// No property set.
    public init() {}

    /// The values of the property `delivery-mode`. Other numbers count as transient, as the broker counts them.
    public enum DeliveryMode: UInt8, Sendable {
        case transient = 1
        case persistent = 2
    }
}
