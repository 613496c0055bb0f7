import FoundationEssentials
import Messaging
import Testing
import Twilio

@testable import Bridge

@Suite("Outages: from when on opt-outs may have been missed") struct OutageTests {
    private func owed(_ bench: LookUpBench) -> Outages.Owed? { bench.outages.owed(by: "default", at: bench.now) }

    @Test("until the ledger has told when this bridge ticked last, nothing is said") func start() throws {
        let bench = try LookUpBench()
        #expect(bench.outages.hold(at: bench.now) == .unknown)
        #expect(owed(bench) == nil)
        let last = bench.now.addingTimeInterval(-3600)
        bench.outages.began(beforeStart: last)
        #expect(bench.outages.hold(at: bench.now) == .until(last))
        let open = try #require(owed(bench))
        #expect(open.since == last)
        bench.outages.settle(open, by: "default")
        #expect(bench.outages.hold(at: bench.now) == .free)
        #expect(owed(bench) == nil)
    }

    @Test("ticks are let go after a minute, which is said once, and the comparison stays owed") func released() throws {
        let bench = try LookUpBench()
        bench.outages.began(beforeStart: bench.now)
        bench.bench.clock.advance(by: 59.9)
        #expect(bench.outages.hold(at: bench.now) != .free)
        bench.bench.clock.advance(by: 0.1)
        #expect(bench.outages.hold(at: bench.now) == .free)
        #expect(bench.outages.hold(at: bench.now) == .free)
        #expect(bench.log.messages.count == 1)
        #expect(owed(bench) != nil)
        // Another one before the comparison does not hold them back for another minute.
        bench.outages.began(at: bench.now)
        #expect(bench.outages.hold(at: bench.now) == .free)
        bench.outages.settle(try #require(owed(bench)), by: "default")
        bench.outages.began(at: bench.now)
        #expect(bench.outages.hold(at: bench.now) == .until(bench.now))
    }

    @Test("an account whose list cannot be read holds ticks back once, and the others as ever") func oneAccount() throws
    {
        let clock = Bench.Clock()
        let outages = Outages(
            accounts: ["broken", "well"], options: LookUpOptions(), alarms: [], startedAt: clock.now,
            logger: MessageLog().logger)
        outages.began(beforeStart: clock.now)
        outages.settle(try #require(outages.owed(by: "well", at: clock.now)), by: "well")
        #expect(outages.hold(at: clock.now) == .until(clock.now))
        clock.advance(by: 60)
        #expect(outages.hold(at: clock.now) == .free)
        let second = clock.now
        outages.began(at: second)
        #expect(outages.hold(at: clock.now) == .until(second))
        outages.settle(try #require(outages.owed(by: "well", at: clock.now)), by: "well")
        #expect(outages.hold(at: clock.now) == .free)
    }

    @Test("a comparison settles what was owed when it began") func meanwhile() throws {
        let bench = try LookUpBench()
        let first = bench.now
        bench.outages.began(beforeStart: first)
        let open = try #require(owed(bench))
        bench.bench.clock.advance(by: 5)
        bench.outages.began(at: bench.now)
        bench.outages.settle(open, by: "default")
        #expect(owed(bench)?.since == first)
        bench.outages.settle(try #require(owed(bench)), by: "default")
        #expect(owed(bench) == nil)
    }

    @Test("what anybody may send holds nothing back, and leads to a comparison now and then") func refused()
        async throws
    {
        let bench = try LookUpBench()
        bench.outages.began(beforeStart: bench.now)
        bench.outages.settle(try #require(owed(bench)), by: "default")
        let first = bench.now
        #expect(await bench.bench.take(Webhooks.inbound("STOP", token: "wrong")).status == 403)
        #expect(bench.outages.hold(at: bench.now) == .free)
        bench.bench.clock.advance(by: 5)
        let open = try #require(owed(bench))
        #expect(open.since == first)
        bench.outages.settle(open, by: "default")
        let second = bench.now
        #expect(await bench.bench.take(Webhooks.inbound("STOP", changing: ["From": nil])).status == 400)
        bench.bench.clock.advance(by: 599)
        #expect(owed(bench) == nil)
        bench.bench.clock.advance(by: 1)
        #expect(owed(bench)?.since == second)
    }

    @Test("a person's message that could not be read to its end leads to a comparison; a status does not")
    func cutOff() async throws {
        let bench = try LookUpBench()
        bench.outages.began(beforeStart: bench.now)
        bench.outages.settle(try #require(owed(bench)), by: "default")
        let refusal = WebhookRefusal(status: 400, reason: "the body ended early")
        #expect(bench.bench.intake.refuse("/twilio/status", refusal) == .refused(refusal))
        bench.bench.clock.advance(by: 5)
        #expect(owed(bench) == nil)
        let second = bench.now
        #expect(bench.bench.intake.refuse("/twilio/inbound", refusal) == .refused(refusal))
        bench.bench.clock.advance(by: 5)
        #expect(owed(bench)?.since == second)
    }

    @Test("a person's message that was answered 503 begins one; a status does not") func refusedForNow() async throws {
        let bench = try LookUpBench()
        bench.outages.began(beforeStart: bench.now)
        bench.outages.settle(try #require(owed(bench)), by: "default")
        bench.broker.set(.confirmsOnly(0))
        #expect(await bench.bench.take(Webhooks.status()).status == 503)
        #expect(owed(bench) == nil)
        let received = bench.now
        #expect(await bench.bench.take(Webhooks.inbound("STOP")).status == 503)
        bench.bench.clock.advance(by: 9)
        #expect(bench.outages.hold(at: bench.now) == .until(received))
        #expect(owed(bench)?.since == received)
    }

    @Test(
        "ticks stand at the outage's beginning, and there is no goodbye before it is compared", .timeLimit(.minutes(5)))
    func ticks() async throws {
        var bench = try LookUpBench()
        bench.bench.configuration.tickInterval = 0.001
        let start = bench.now
        let ticks = TickSource(
            configuration: bench.bench.configuration, intake: bench.bench.intake, loop: bench.bench.loop)
        await ticks.sayGoodbye()
        #expect(bench.broker.events.isEmpty)
        bench.bench.clock.advance(by: 30)
        bench.outages.began(beforeStart: start)
        let task = Task { await ticks.run() }
        await bench.broker.waitForEvents(2)
        #expect(bench.broker.events.allSatisfy { $0.time == start })
        await ticks.sayGoodbye()
        #expect(bench.broker.events.allSatisfy { $0.details["leaving"] == "false" })
        bench.outages.settle(try #require(owed(bench)), by: "default")
        let count = bench.broker.events.count
        await bench.broker.waitForEvents(count + 2)
        #expect(bench.broker.events.last?.time == bench.now)
        task.cancel()
        await task.value
        await ticks.sayGoodbye()
        #expect(bench.broker.events.last?.details["leaving"] == "true")
    }

    @Test("the last tick of this bridge, of any other, or the ledger's beginning", .timeLimit(.minutes(5)))
    func lastTick() async throws {
        let start = Date(timeIntervalSince1970: 1_795_000_000)
        func status(_ bridges: [(String, Double)]) -> LedgerStatus {
            LedgerStatus(
                id: "1", createdAt: start, restoredAt: nil,
                bridges: bridges.map { name, at in
                    LedgerStatus.Bridge(name: name, at: start.addingTimeInterval(at), hasLeft: at == 9)
                })
        }
        #expect(status([("bridge-1", 5), ("bridge-2", 9)]).lastTick(of: "bridge-1") == start.addingTimeInterval(5))
        #expect(status([("bridge-2", 9), ("bridge-3", 7)]).lastTick(of: "bridge-1") == start.addingTimeInterval(9))
        #expect(status([]).lastTick(of: "bridge-1") == nil)

        let bench = try LookUpBench { $0.firstPause = 0.001 }
        bench.ledger.set(status: status([("bridge-1", 5)]))
        // A ledger that does not answer is asked again.
        bench.ledger.fail(times: 2)
        bench.ledger.set(seen: [SpoolBench.sid("b")])
        bench.source.list(bench.page([try bench.message("a", "STOP", age: 0)]))
        bench.source.answer(.success(nil))
        let lookUps = LookUps(
            BridgeLookUps(ledger: bench.ledger, sources: ["default": bench.source], options: bench.options),
            intake: bench.bench.intake, alarms: ["default": bench.alarm], loop: bench.bench.loop,
            logger: bench.log.logger)
        let task = Task { await lookUps.run() }
        await bench.broker.waitForEvents(2)
        task.cancel()
        await task.value
        #expect(bench.source.places == [.since(start.addingTimeInterval(5 - 300))])
    }
}
