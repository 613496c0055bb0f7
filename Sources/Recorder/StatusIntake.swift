import AMQP
import Logging
import Messaging

/// The way of what arrives on `recorder`: statuses, by rank and so in any order.
struct StatusIntake: Sendable {
    let ledger: any StatusLedger
    let logger: Logger
    let acknowledge: @Sendable (DeliveryTag) -> Void
    let retrying: Retrying

    func take(_ deliveries: [Delivery]) async {
        await withDiscardingTaskGroup { group in
            for delivery in deliveries {
                guard let report = report(delivery) else {
                    acknowledge(delivery.tag)
                    continue
                }
                group.addTask {
                    await retrying.untilItWorks("status") { _ = try await ledger.record(report) }
                    acknowledge(delivery.tag)
                }
            }
        }
    }

    /// What is not a status is not read at all; one that cannot be read is left out: the archive keeps it, and a later
    /// status of the message, or a look at the provider, tells the same.
    private func report(_ delivery: Delivery) -> StatusReport? {
        guard delivery.routingKey.hasPrefix("message.") else { return nil }
        do {
            guard case .status(let report) = try RecordedEvent(json: delivery.message.body) else { return nil }
            return report
        } catch {
            logger.error(
                "A status event cannot be read and is left out",
                metadata: ["amqp.key": "\(delivery.routingKey)", "reason": "\(error)"])
            return nil
        }
    }
}
