/// Names a message: the app and its `message_id`, which is also the idempotency key.
public struct MessageKey: Hashable, Sendable {
    /// The app, `[a-z0-9-]{1,32}`.
    public let app: String
    /// The AMQP `message_id` of the request, `[A-Za-z0-9._:-]{1,128}`.
    public let messageID: String

    /// A key of parts that were checked before.
    public init(app: String, messageID: String) {
        self.app = app
        self.messageID = messageID
    }
}

/// Whether the text may name an app or a purpose: `[a-z0-9-]{1,32}`.
public func isRoutingWord(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...32).contains(bytes.count)
        && bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
}

/// Whether the text may be a `message_id`: 1 to 128 of `A-Za-z0-9._:-`.
public func isMessageID(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...128).contains(bytes.count)
        && bytes.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
                || byte == UInt8(ascii: "-")
        }
}
