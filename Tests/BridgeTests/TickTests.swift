import FoundationEssentials
import Messaging
import Testing

@testable import Bridge

@Suite("Ticks: up to when everything is on the broker") struct TickTests {
    private let start = Date(timeIntervalSince1970: 1_795_273_200)

    @Test("never past the oldest webhook that is not settled") func inFlight() {
        let inFlight = WebhooksInFlight()
        #expect(inFlight.settled(before: start) == start)
        let first = inFlight.begin(at: start)
        let second = inFlight.begin(at: start.addingTimeInterval(1))
        #expect(inFlight.settled(before: start.addingTimeInterval(9)) == start)
        inFlight.end(first)
        #expect(inFlight.settled(before: start.addingTimeInterval(9)) == start.addingTimeInterval(1))
        inFlight.end(first)
        #expect(inFlight.settled(before: start.addingTimeInterval(9)) == start.addingTimeInterval(1))
        inFlight.end(second)
        #expect(inFlight.settled(before: start.addingTimeInterval(9)) == start.addingTimeInterval(9))
    }

    @Test("a clock that was set back does not let a tick run ahead") func clockSetBack() {
        let inFlight = WebhooksInFlight()
        let receipt = inFlight.begin(at: start.addingTimeInterval(60))
        #expect(inFlight.settled(before: start) == start)
        inFlight.end(receipt)
    }

    @Test("while a STOP waits for its confirm, ticks stand before it", .timeLimit(.minutes(5)))
    func stopInFlight() async throws {
        let bench = try Bench()
        bench.broker.set(.hangs)
        let intake = bench.intake
        let received = bench.clock.now
        async let answer = intake.take(Webhooks.inbound("STOP"))
        await bench.broker.waitUntilHanging(1)
        bench.clock.advance(by: 2)
        #expect(bench.inFlight.settled(before: bench.clock.now) == received)
        bench.broker.release()
        #expect(await answer.status == 503)
        #expect(bench.inFlight.settled(before: bench.clock.now) == bench.clock.now)
    }

    @Test("refused webhooks hold nothing back") func refused() async throws {
        let bench = try Bench()
        _ = await bench.take(Webhooks.status(token: "wrong"))
        _ = await bench.take(Webhooks.status(changing: ["MessageSid": "x"]))
        bench.clock.advance(by: 5)
        #expect(bench.inFlight.settled(before: bench.clock.now) == bench.clock.now)
    }

    @Test("ticks go on until they are stopped, and the last one says goodbye", .timeLimit(.minutes(5)))
    func ticking() async throws {
        var bench = try Bench()
        bench.configuration.tickInterval = 0.001
        let ticks = TickSource(configuration: bench.configuration, intake: bench.intake, loop: bench.loop)
        let task = Task { await ticks.run() }
        await bench.broker.waitForEvents(3)
        task.cancel()
        await task.value
        bench.clock.advance(by: 2)
        await ticks.sayGoodbye()
        let events = bench.broker.events
        #expect(events.count >= 4)
        for event in events {
            #expect(event.routingKey == "bridge.tick.none.none.none")
            #expect(event.subject == "bridge-1")
            #expect(event.details["bridge"] == "bridge-1")
        }
        #expect(events.dropLast().allSatisfy { $0.details["leaving"] == "false" && $0.time == start })
        let last = try #require(events.last)
        #expect(last.details["leaving"] == "true")
        #expect(last.time == start.addingTimeInterval(2))
        #expect(last.id != events.first?.id)
    }

    @Test("ticks that are not confirmed are followed by others", .timeLimit(.minutes(5))) func unconfirmed()
        async throws
    {
        var bench = try Bench()
        bench.configuration.tickInterval = 0.001
        bench.configuration.confirmTimeout = 0.02
        bench.broker.set(.confirmsOnly(2))
        let ticks = TickSource(configuration: bench.configuration, intake: bench.intake, loop: bench.loop)
        let task = Task { await ticks.run() }
        await bench.broker.waitForEvents(2)
        bench.broker.set(.confirms)
        await bench.broker.waitForEvents(4)
        task.cancel()
        await task.value
        // Nobody waits for ever to say goodbye.
        bench.broker.set(.hangs)
        await ticks.sayGoodbye()
        bench.broker.release()
    }
}
