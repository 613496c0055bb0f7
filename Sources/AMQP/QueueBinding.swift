/// What a queue takes from an exchange.
public struct QueueBinding: Sendable, Hashable {
    /// The exchange.
    public let exchange: String
    /// The binding key; for a topic exchange with `*` and `#`.
    public let routingKey: String

    /// Messages of `exchange` whose key matches `routingKey`.
    public init(exchange: String, routingKey: String) {
        self.exchange = exchange
        self.routingKey = routingKey
    }
}
