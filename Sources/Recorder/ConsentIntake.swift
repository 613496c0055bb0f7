import AMQP
import FoundationEssentials
import Logging
import Messaging
import Observability

/// The way of what arrives on `consent`: changes are applied together, and a tick is only noted once everything before
/// it has been; so a tick that is noted says that opt-outs are known up to its time.
struct ConsentIntake: Sendable {
    let ledger: any StatusLedger
    let logger: Logger
    let settling: Settling
    let retrying: Retrying
    let unread: UnreadOptOuts
    /// This machine's clock.
    let now: @Sendable () -> Date

    /// Works off deliveries in their order.
    func take(_ deliveries: [Delivery]) async {
        var changes: [(Delivery, ConsentChange)] = []
        for delivery in deliveries {
            switch read(delivery) {
            case .consent(let change): changes.append((delivery, change))
            case .tick(let bridge, let time, let isLeaving):
                await apply(changes)
                changes = []
                await note(bridge, time, isLeaving, delivery)
            case .status, .inbound, .other: settling.acknowledge(delivery.tag)
            case nil: leaveOut(delivery)
            }
        }
        await apply(changes)
    }

    private func read(_ delivery: Delivery) -> RecordedEvent? {
        do {
            return try RecordedEvent(json: delivery.message.body).notAfter(now())
        } catch {
            logger.error(
                "An event cannot be read",
                metadata: ["amqp.key": "\(delivery.routingKey)", "reason": "\(error)"])
            return nil
        }
    }

    /// The order does not matter: each change carries its time of receipt, and the ledger goes by that.
    private func apply(_ changes: [(Delivery, ConsentChange)]) async {
        await withDiscardingTaskGroup { group in
            for (delivery, change) in changes {
                group.addTask {
                    switch await retrying.untilItWorks("consent", { _ = try await ledger.apply(change) }) {
                    case .recorded: settling.acknowledge(delivery.tag)
                    case .refused: leaveOut(delivery)
                    case .interrupted: break
                    }
                }
            }
        }
    }

    /// A tick after an opt-out that was not recorded says nothing: it is settled and not noted.
    private func note(_ bridge: String, _ time: Date, _ isLeaving: Bool, _ delivery: Delivery) async {
        guard !Task.isCancelled else { return }
        guard !unread.isAny else { return settling.acknowledge(delivery.tag) }
        let outcome = await retrying.untilItWorks("tick") {
            try await ledger.noteTick(bridge: bridge, at: time, isLeaving: isLeaving, now: now())
        }
        switch outcome {
        case .recorded: settling.acknowledge(delivery.tag)
        case .refused: leaveOut(delivery)
        case .interrupted: break
        }
    }

    /// Only a lost no can do harm; without a tick or a yes, less is sent.
    private func leaveOut(_ delivery: Delivery) {
        Instruments.shared.countUnreadable(in: .consent)
        guard delivery.routingKey.hasPrefix("consent.revoked.") else { return settling.giveUp(delivery.tag) }
        let isFirst = !unread.isAny
        unread.add()
        guard isFirst else { return }
        logger.critical(
            """
            An opt-out cannot be recorded and stays in its queue; promotional sending stops until a recorder that can \
            read it is started, or it is taken out of the queue and the recorder is started again
            """,
            metadata: ["amqp.key": "\(delivery.routingKey)"])
    }
}

extension RecordedEvent {
    /// A bridge whose clock is ahead must neither make a yes outlast the no that follows it, nor say that opt-outs are
    /// known up to a time that has not come: nothing was received later than now.
    fileprivate func notAfter(_ now: Date) -> RecordedEvent {
        switch self {
        case .consent(var change):
            change.at = min(change.at, now)
            return .consent(change)
        case .tick(let bridge, let at, let isLeaving):
            return .tick(bridge: bridge, at: min(at, now), isLeaving: isLeaving)
        case .status, .inbound, .other: return self
        }
    }
}
