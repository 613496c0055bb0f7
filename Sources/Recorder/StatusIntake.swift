import AMQP
import FoundationEssentials
import Logging
import Messaging
import Observability

/// The way of what arrives on `recorder`: statuses, by rank and so in any order, and messages from people, of which only
/// the provider's ids are kept.
struct StatusIntake: Sendable {
    let ledger: any StatusLedger & InboundLedger
    /// Seconds after its acceptance, or after it was recorded where that is earlier.
    let lostAfter: Double
    let logger: Logger
    let settling: Settling
    let retrying: Retrying
    let now: @Sendable () -> Date

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
                // What is neither is not read at all.
                guard delivery.routingKey.hasPrefix("message.") || delivery.routingKey.hasPrefix("inbound.received.")
                else {
                    settling.acknowledge(delivery.tag)
                    continue
                }
                guard let event = read(delivery) else {
                    leaveOut(delivery)
                    continue
                }
                group.addTask {
                    switch await retrying.untilItWorks("status", { try await record(event) }) {
                    case .recorded: settling.acknowledge(delivery.tag)
                    case .refused: leaveOut(delivery)
                    case .interrupted: break
                    }
                }
            }
        }
    }

    private func record(_ event: RecordedEvent) async throws {
        switch event {
        case .status(var report):
            // By a worker whose clock is ahead it would be accepted in the future, and asked about that much later.
            if report.origin != nil { report.lookAt = min(report.at, now()).addingTimeInterval(lostAfter) }
            _ = try await ledger.record(report)
        case .inbound(let note): try await ledger.noteInbound(note)
        case .consent, .tick, .other: break
        }
    }

    private func read(_ delivery: Delivery) -> RecordedEvent? {
        do {
            return try RecordedEvent(json: delivery.message.body)
        } catch {
            logger.error(
                "An event cannot be read and is left out",
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
