/// A message and where it goes.
public struct Publication: Sendable {
    /// Properties and body.
    public var message: Message
    /// Empty for the default exchange; at most 255 bytes.
    public var exchange: String
    /// At most 255 bytes.
    public var routingKey: String
    /// Whether the broker returns the message when no queue takes it.
    public var isMandatory: Bool

    /// A message on its way to an exchange.
    public init(_ message: Message, to exchange: String, routingKey: String, isMandatory: Bool = true) {
        self.message = message
        self.exchange = exchange
        self.routingKey = routingKey
        self.isMandatory = isMandatory
    }
}
