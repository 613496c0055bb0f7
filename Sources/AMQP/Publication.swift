/// A message and where it goes. A reference, like ``Delivery``, because it waits in several places.
public final class Publication: Sendable {
    /// Properties and body.
    public let message: Message
    /// Empty for the default exchange; at most 255 bytes.
    public let exchange: String
    /// At most 255 bytes.
    public let routingKey: String
    /// Whether the broker returns the message when no queue takes it.
    public let isMandatory: Bool

    /// A message on its way to an exchange.
    public init(_ message: Message, to exchange: String, routingKey: String, isMandatory: Bool = true) {
        self.message = message
        self.exchange = exchange
        self.routingKey = routingKey
        self.isMandatory = isMandatory
    }
}
