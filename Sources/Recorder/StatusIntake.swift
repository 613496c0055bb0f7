import AMQP
import Logging
import Messaging
import Observability

/// The way of what arrives on `recorder`: statuses, by rank and so in any order.
struct StatusIntake: Sendable {
    let ledger: any StatusLedger
    let logger: Logger
    let settling: Settling
    let retrying: Retrying

    /// So many are read in one go: reading a hundred takes about a millisecond of the loop.
    private static let portion = 100

    func take(_ deliveries: [Delivery]) async {
        var rest = deliveries[...]
        while !rest.isEmpty, !Task.isCancelled {
            await record(rest.prefix(Self.portion))
            rest = rest.dropFirst(Self.portion)
        }
    }

    private func record(_ deliveries: ArraySlice<Delivery>) async {
        await withDiscardingTaskGroup { group in
            for delivery in deliveries {
                // What is not a status is not read at all.
                guard delivery.routingKey.hasPrefix("message.") else {
                    settling.acknowledge(delivery.tag)
                    continue
                }
                guard let report = report(delivery) else {
                    leaveOut(delivery)
                    continue
                }
                group.addTask {
                    switch await retrying.untilItWorks("status", { _ = try await ledger.record(report) }) {
                    case .recorded: settling.acknowledge(delivery.tag)
                    case .refused: leaveOut(delivery)
                    case .interrupted: break
                    }
                }
            }
        }
    }

    private func report(_ delivery: Delivery) -> StatusReport? {
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

    /// A later status of the message, or a look at the provider, tells the same.
    private func leaveOut(_ delivery: Delivery) {
        Instruments.shared.countUnreadable(in: .recorder)
        settling.giveUp(delivery.tag)
    }
}
