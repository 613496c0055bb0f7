import AMQP
import Logging
import Messaging

/// The way of what arrives on `consent`: changes are applied together, and a tick is only noted once everything before
/// it has been; so a tick that is noted says that opt-outs are known up to its time.
struct ConsentIntake: Sendable {
    let ledger: any StatusLedger
    let logger: Logger
    let acknowledge: @Sendable (DeliveryTag) -> Void
    let retrying: Retrying

    /// Works off deliveries in their order; false when it met an opt-out that it cannot read. Then nothing more may be
    /// taken: without ticks, promotional sending stops by itself, and the delivery stays visible in its queue.
    func take(_ deliveries: [Delivery]) async -> Bool {
        var changes: [(DeliveryTag, ConsentChange)] = []
        for delivery in deliveries {
            do {
                switch try RecordedEvent(json: delivery.message.body) {
                case .consent(let change): changes.append((delivery.tag, change))
                case .tick(let bridge, let time, let isLeaving):
                    await apply(changes)
                    changes = []
                    await retrying.untilItWorks("tick") {
                        try await ledger.noteTick(bridge: bridge, at: time, isLeaving: isLeaving)
                    }
                    acknowledge(delivery.tag)
                case .status, .other: acknowledge(delivery.tag)
                }
            } catch {
                guard !delivery.routingKey.hasPrefix("consent.") else {
                    await apply(changes)
                    logger.critical(
                        "A consent event cannot be read; consent is no longer recorded until it is dealt with",
                        metadata: ["amqp.key": "\(delivery.routingKey)", "reason": "\(error)"])
                    return false
                }
                logger.error("A tick cannot be read and is left out", metadata: ["reason": "\(error)"])
                acknowledge(delivery.tag)
            }
        }
        await apply(changes)
        return true
    }

    /// The order does not matter: each change carries its time of receipt, and the ledger goes by that.
    private func apply(_ changes: [(DeliveryTag, ConsentChange)]) async {
        await withDiscardingTaskGroup { group in
            for (tag, change) in changes {
                group.addTask {
                    await retrying.untilItWorks("consent") { _ = try await ledger.apply(change) }
                    acknowledge(tag)
                }
            }
        }
    }
}
