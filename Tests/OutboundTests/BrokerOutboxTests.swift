import AMQP
import EventLoop
import Logging
import Messaging
import Synchronization
import Testing
import Topics

@testable import Outbound

/// A broker that was never reached: every publish fails at once, and only the clock of the test goes on.
@Suite("Publishing until it is confirmed") struct BrokerOutboxTests {
    private final class Waits: Sendable {
        let seconds = Mutex<[Double]>([])
        var all: [Double] { seconds.withLock { $0 } }
        var total: Double { all.reduce(0, +) }
    }

    private func outbox(_ waits: Waits, maximumHold: Double = 240) throws -> BrokerOutbox {
        let loop = try EventLoop(name: "outbox")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let publisher = Publisher(
            loop: loop, url: try BrokerURL("amqp://127.0.0.1:1/x"), options: ConnectionOptions(), logger: logger)
        return BrokerOutbox(
            publisher: publisher, events: EventPublisher(publisher: publisher),
            unconfirmed: UnconfirmedDestinations(logger: logger), maximumHold: maximumHold, elapsed: { waits.total },
            sleep: { seconds in waits.seconds.withLock { $0.append(seconds) } })
    }

    private var event: Event {
        Event(
            id: "1", name: .message(.accepted), subject: "order-17", time: ManualClock().now,
            message: MessageContext(account: "default"))
    }

    @Test("tries again, a little later each time, until the delivery has been held too long") func gives() async throws
    {
        let waits = Waits()
        let outbox = try outbox(waits)
        await #expect(throws: HeldTooLong.self) { try await outbox.publish(event, heldSince: 0) }
        #expect(waits.all.prefix(8) == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5])
        #expect(waits.all.allSatisfy { $0 <= 5 })
        #expect((240..<246).contains(waits.total))
    }

    @Test("all publishes of one delivery together have that long") func together() async throws {
        let waits = Waits()
        let outbox = try outbox(waits)
        await #expect(throws: HeldTooLong.self) { try await outbox.publish(event, heldSince: 0) }
        let first = waits.total
        await #expect(throws: HeldTooLong.self) {
            try await outbox.publish(
                Message(body: []), to: Exchange.dead, routingKey: "transactional", heldSince: 0)
        }
        #expect(waits.total == first)
        await #expect(throws: HeldTooLong.self) { try await outbox.publish(event, heldSince: first) }
        #expect(waits.total >= first + 240)
    }
}
