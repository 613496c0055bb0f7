import AMQP

/// Ends a delivery: the consumer's, or a test's.
struct Settling: Sendable {
    /// It is recorded, or there is nothing to record.
    let acknowledge: @Sendable (DeliveryTag) -> Void
    /// It can never be recorded. Not requeued, since it would come again at once and for ever: the queue drops it, or
    /// keeps it where an operator's policy dead-letters it. The archive has every event besides.
    let giveUp: @Sendable (DeliveryTag) -> Void
}

extension Settling {
    init(_ consumer: Consumer) {
        self.init(
            acknowledge: { consumer.ack($0) }, giveUp: { consumer.reject($0, requeue: false) })
    }
}
