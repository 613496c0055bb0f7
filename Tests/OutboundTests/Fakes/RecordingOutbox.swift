import AMQP
import Messaging
import Synchronization

@testable import Outbound

/// Keeps what was published, in order; the broker can be made to confirm nothing.
final class RecordingOutbox: Outbox {
    struct Republished: Sendable {
        let message: Message
        let exchange: String
        let routingKey: String
    }

    private struct State {
        var events: [Event] = []
        var messages: [Republished] = []
        var confirmsLeft: Int?
    }

    private let journal: Journal
    private let state = Mutex(State())

    init(journal: Journal) {
        self.journal = journal
    }

    var events: [Event] { state.withLock { $0.events } }
    var messages: [Republished] { state.withLock { $0.messages } }

    /// After so many more publishes the broker confirms nothing; nil lets it confirm everything again.
    func confirmOnly(_ count: Int?) {
        state.withLock { $0.confirmsLeft = count }
    }

    func publish(_ event: Event, heldSince: Double) async throws(HeldTooLong) {
        try confirm()
        journal.note("event \(event.name)")
        state.withLock { $0.events.append(event) }
    }

    func publish(
        _ message: Message, to exchange: String, routingKey: String, heldSince: Double
    ) async throws(HeldTooLong) {
        try confirm()
        journal.note("publish \(exchange) \(routingKey)")
        state.withLock {
            $0.messages.append(Republished(message: message, exchange: exchange, routingKey: routingKey))
        }
    }

    private func confirm() throws(HeldTooLong) {
        let isConfirmed = state.withLock { state in
            guard let left = state.confirmsLeft else { return true }
            state.confirmsLeft = max(left - 1, 0)
            return left > 0
        }
        guard isConfirmed else { throw HeldTooLong() }
    }
}
