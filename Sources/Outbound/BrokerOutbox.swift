import AMQP
import Messaging
import Observability
import Topics

/// Publishes until the broker has confirmed, since nothing is acknowledged before.
struct BrokerOutbox: Outbox {
    let publisher: Publisher
    let events: EventPublisher
    let unconfirmed: UnconfirmedDestinations
    /// Seconds after which the delivery is handed back.
    let maximumHold: Double
    let elapsed: @Sendable () -> Double
    /// Waits a little, keeping the slot: while the broker is away there is nothing else to do.
    let sleep: @Sendable (_ seconds: Double) async -> Void

    func publish(_ event: Event, heldSince: Double) async throws(HeldTooLong) {
        try await untilConfirmed("\(Exchange.events) \(event.name.family)", heldSince) {
            let start = ContinuousClock.now
            switch await events.publish(event) {
            case .confirmed:
                Instruments.shared.recordConfirm(took: ContinuousClock.now - start)
                return nil
            case .unconfirmed(let reason): return reason
            }
        }
    }

    func publish(
        _ message: Message, to exchange: String, routingKey: String, heldSince: Double
    ) async throws(HeldTooLong) {
        try await untilConfirmed("\(exchange) \(routingKey)", heldSince) { () throws(HeldTooLong) in
            do throws(AMQPError) {
                switch try await publisher.publish(message, to: exchange, routingKey: routingKey, mandatory: true) {
                case .confirmed: return nil
                case .refused: return "refused: the queue is full or has no leader"
                case .returned(let code, let text): return "returned: \(code) \(text)"
                case .unknown(let reason): return reason
                }
            } catch {
                // What cannot be sent now will not be later: the broker must not wait for it in a slot.
                guard error.isRetryable else { throw HeldTooLong() }
                return "\(error)"
            }
        }
    }

    /// The wait, in seconds, from which on a refusal is more than a queue that changes its leader.
    private static let patience = 0.5

    /// Tries again, a little later each time, until `attempt` gives no reason to.
    ///
    /// - Parameter what: the destination: what is refused together, and one of few: an exchange and a key, or a family of events.
    private func untilConfirmed(
        _ what: @autoclosure () -> String, _ heldSince: Double, attempt: () async throws(HeldTooLong) -> String?
    ) async throws(HeldTooLong) {
        var delay = 0.05
        var waitsFor: String?
        defer { if let waitsFor { unconfirmed.end(waitsFor) } }
        while let reason = try await attempt() {
            guard elapsed() - heldSince < maximumHold else { throw HeldTooLong() }
            // That the connection is away or blocked, the driver says.
            if waitsFor == nil, delay > Self.patience, await publisher.state == .connected {
                let destination = what()
                unconfirmed.begin(destination, reason: reason)
                waitsFor = destination
            }
            await sleep(delay)
            delay = min(delay * 2, 5)
        }
    }
}
