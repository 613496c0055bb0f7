/// A message that the broker handed over, to be settled with ``Consumer/ack(_:)`` or ``Consumer/reject(_:requeue:)``.
///
/// A reference, because it is handed from hand to hand, and every copy of so many strings would count each of them.
public final class Delivery: Sendable {
    /// Settles this delivery.
    public let tag: DeliveryTag
    /// Where it was published; empty for the default exchange.
    public let exchange: String
    /// With what key it was published, or dead-lettered.
    public let routingKey: String
    /// Whether the queue has handed it out before.
    public let isRedelivered: Bool
    /// Properties and body.
    public let message: Message
    /// Why `message` is not complete; nil when it is.
    public let problem: Problem?

    /// What of a message was not taken over.
    public enum Problem: Sendable, Equatable {
        /// The header table is nested deeper than ``FieldValue/maximumDepth``; `headers` is empty.
        case headersTooDeep
        /// The body, of this many bytes, exceeds ``ConnectionOptions/maximumBodySize``; `body` is empty.
        case bodyTooLarge(size: UInt64)
    }

    /// A delivery of these parts, for tests of what handles deliveries.
    public init(
        tag: DeliveryTag, exchange: String, routingKey: String, isRedelivered: Bool = false, message: Message,
        problem: Problem? = nil
    ) {
        self.tag = tag
        self.exchange = exchange
        self.routingKey = routingKey
        self.isRedelivered = isRedelivered
        self.message = message
        self.problem = problem
    }

    /// ``problem`` when it concerns the header table.
    public var headersProblem: Problem? { problem == .headersTooDeep ? problem : nil }
}
