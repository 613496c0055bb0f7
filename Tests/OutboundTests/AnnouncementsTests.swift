import Messaging
import Synchronization
import Testing

@testable import Outbound

@Suite("What is told of accounts") struct AnnouncementsTests {
    @Test("waits for a broker that is away, and comes in its order, each once") func order() async throws {
        let outbox = RecordingOutbox(journal: Journal())
        outbox.confirmOnly(0)
        let tries = Mutex(0)
        let announcements = Announcements(outbox: outbox, clock: ManualClock().worker) { _ in
            let count = tries.withLock { count in
                count += 1
                return count
            }
            if count == 3 { outbox.confirmOnly(nil) }
        }
        for name in ["paused", "resumed", "paused"] {
            announcements.announce(
                Event(
                    id: name, name: EventName(family: "account", name: name), subject: "a", time: ManualClock().now,
                    message: MessageContext(account: "a")))
        }
        await announcements.finish()
        #expect(outbox.events.map(\.name.name) == ["paused", "resumed", "paused"])
        #expect(tries.withLock { $0 } == 3)
    }

    @Test("is given up when the worker ends") func end() async {
        let outbox = RecordingOutbox(journal: Journal())
        outbox.confirmOnly(0)
        let relay = Mutex<Announcements?>(nil)
        let announcements = Announcements(outbox: outbox, clock: ManualClock().worker) { _ in
            relay.withLock { $0 }?.end()
        }
        relay.withLock { $0 = announcements }
        announcements.announce(
            Event(
                id: "x", name: EventName(family: "account", name: "paused"), subject: "a", time: ManualClock().now,
                message: MessageContext(account: "a")))
        await announcements.finish()
        #expect(outbox.events.isEmpty)
    }
}
