import AMQP
import FoundationEssentials
import Logging
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("An account that does not work") struct AccountPauseTests {
    private static let refused = CarrierOutcome.refusal(20003)

    @Test("is paused, and no message is refused for it") func paused() async throws {
        let bench = try Bench()
        bench.carrier.answer(Self.refused)
        try await bench.work(Deliveries.request(id: "a"))
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle held", "event message.deferred", "noteDeferral account-paused",
                "publish delay transactional.30s",
            ])
        let event = try #require(bench.announced.events.first)
        #expect(event.error?.code == 20003)
        #expect(event.routingKey == "account.paused.none.none.none")
        #expect(event.subject == "default")
        #expect(event.details == ["worker": "worker-1", "since": "2026-11-21T15:00:00.000Z"])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-attempt"] == .int64(0))
        #expect(bench.outbox.events.last?.reason?.problem == "the provider refuses the account: 20003 name 20003")
        // The next ones wait without a call, and say so once each.
        try await bench.work(Deliveries.request(id: "b"))
        #expect(
            bench.steps() == [
                "claim", "event message.deferred", "noteDeferral account-paused", "publish delay transactional.30s",
            ])
        #expect(bench.carrier.calls.count == 1)
        #expect(bench.announced.names == ["default paused"])
    }

    @Test("is looked at without a message, tried with a few, and told once when it works again") func resumed()
        async throws
    {
        let bench = try Bench()
        bench.carrier.answer(Self.refused)
        bench.carrier.show(.refused(providerError(20003)))
        try await bench.work(Deliveries.request(id: "a"))
        #expect(try await bench.runNextTimer() == 30)
        #expect(try await bench.runNextTimer() == 60)
        _ = bench.steps()
        #expect(bench.circuits.pauses.map(\.isOnTrial) == [true])
        #expect(bench.carrier.calls.count == 1)
        for id in ["b", "c", "d", "e", "f", "g", "h", "i"] { try await bench.work(Deliveries.request(id: id)) }
        #expect(bench.carrier.calls.count == 9)
        #expect(bench.announced.names == ["default paused", "default resumed"])
        #expect(Set(bench.announced.events.map(\.id)).count == 2)
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.status == .accepted)
        // The trial's own end comes too late to matter.
        _ = try await bench.runNextTimer()
        #expect(bench.announced.names == ["default paused", "default resumed"])
    }

    @Test("that is refused again on trial stays in the same pause") func refusedOnTrial() async throws {
        let bench = try Bench()
        bench.carrier.answer(Self.refused, Self.refused)
        try await bench.work(Deliveries.request(id: "a"))
        _ = try await bench.runNextTimer()
        try await bench.work(Deliveries.request(id: "b"))
        #expect(bench.circuits.flow == .nothing)
        #expect(bench.announced.names == ["default paused"])
        // The trial's quiet time and the next look wait; the look comes to nothing that the trial could end.
        #expect(bench.timers.waits == [60, 60])
        _ = try await bench.runNextTimer()
        #expect(bench.circuits.flow == .nothing)
    }

    @Test("lets the others wait in memory while a few find out, and then on the ladder") func crowded() async throws {
        let bench = try Bench()
        bench.carrier.answer(Self.refused)
        try await bench.work(Deliveries.request(id: "a"))
        _ = try await bench.runNextTimer()
        guard case .may = bench.circuits.verdict("default") else {
            Issue.record("nothing is let through")
            return
        }
        _ = bench.steps()
        try await bench.work(Deliveries.request(id: "b"))
        #expect(
            bench.steps() == Array(repeating: ["claim", "pause 1.0"], count: 5).flatMap(\.self) + [
                "publish delay transactional.5s"
            ])
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.status == .accepted)
    }

    @Test("of which nobody sends anything works again after a quiet trial") func quiet() async throws {
        let bench = try Bench()
        bench.carrier.answer(Self.refused)
        try await bench.work(Deliveries.request())
        _ = try await bench.runNextTimer()
        #expect(try await bench.runNextTimer() == bench.watch.quietTime)
        #expect(bench.announced.names == ["default paused", "default resumed"])
        #expect(bench.timers.waits.isEmpty)
    }

    @Test("the provider is away: five messages find out, the others wait without a call", arguments: [false, true])
    func away(isUnknown: Bool) async throws {
        let bench = try Bench()
        for _ in 0..<9 { bench.carrier.answer(isUnknown ? .lost : .unreachable) }
        for id in 1...9 { try await bench.work(Deliveries.request(id: "m\(id)")) }
        #expect(bench.carrier.calls.count == 5)
        #expect(bench.announced.names == ["default paused"])
        #expect(bench.announced.events.first?.error == nil)
        #expect(bench.announced.events.first?.reason?.problem.hasPrefix("the provider does not answer: ") == true)
        #expect(bench.outbox.events.filter { $0.status == .inDoubt }.count == (isUnknown ? 5 : 0))
        bench.carrier.show(.unreachable("no connection"), .unreachable("no connection"))
        #expect(try await [bench.runNextTimer(), bench.runNextTimer(), bench.runNextTimer()] == [2, 4, 8])
        #expect(bench.circuits.flow == .trial)
    }

    @Test("a message's own no breaks no run") func messagesOwnNo() async throws {
        let bench = try Bench()
        for _ in 0..<3 { bench.carrier.answer(.unreachable, .unreachable, .unreachable, .unreachable, .refusal(21211)) }
        for id in 1...15 { try await bench.work(Deliveries.request(id: "m\(id)")) }
        #expect(bench.announced.names.isEmpty)
        #expect(bench.carrier.calls.count == 15)
    }

    @Test("when one account's provider goes away, the others are looked at before their messages find out")
    func others() async throws {
        let (first, second, third) = (
            ScriptedCarrier(journal: Journal()), ScriptedCarrier(journal: Journal()),
            ScriptedCarrier(journal: Journal())
        )
        let accounts = ["first": first, "second": second, "third": third].mapValues { carrier in
            Bench.account("x", carrier: carrier)
        }
        let (clock, timers, announced) = (ManualClock(), ManualTimers(), AnnouncedEvents())
        let circuits = AccountCircuits(accounts: accounts.keys, clock: clock.worker)
        let watch = AccountWatch(
            circuits: circuits, accounts: accounts, worker: WorkerConfiguration(id: "w"), clock: clock.worker,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, later: { timers.add($0, $1) },
            announce: { announced.add($0) })
        second.show(.unreachable("no connection"))
        for _ in 0..<5 {
            guard case .may(let permit) = circuits.verdict("first") else { break }
            circuits.ended(permit, .unanswered("no connection"), began: 0)
        }
        while timers.waits.contains(0), let (_, body) = timers.takeNext() { await body() }
        #expect(announced.names == ["first paused", "second paused"])
        #expect(circuits.working == ["third"])
        withExtendedLifetime(watch) {}
    }

    @Test("an outcome that is unknown is not looked up meanwhile, nor given up for it") func inDoubtMeanwhile()
        async throws
    {
        var bench = try Bench()
        bench.configuration.lookUpLimit = 3600
        for _ in 0..<5 { bench.carrier.answer(.lost) }
        // Each to another person: of several messages in doubt to one, the list tells nothing.
        for id in 1...5 {
            let json = #"{"to": "+1555867531\#(id)", "body": "Your order has shipped"}"#
            try await bench.work(Deliveries.request(json, id: "m\(id)"))
        }
        bench.clock.advance(by: 7200)
        bench.ledger.setConsentKnownAt(bench.clock.now)
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "publish delay transactional.2m"])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("in-doubt"))
        // The provider is back, and its list tells.
        _ = try await bench.runNextTimer()
        let found = ListedMessage(
            acceptance: Acceptance(sid: ScriptedCarrier.sid(77), status: "sent"), hasSameText: true,
            takenAt: .distantPast)
        bench.carrier.list(.listed([found]))
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.status == .accepted)
        // Without the provider it is given up in the end.
        let never = try Bench()
        for _ in 0..<5 { never.carrier.answer(.lost) }
        for id in 1...5 { try await never.work(Deliveries.request(id: "m\(id)")) }
        never.clock.advance(by: never.configuration.maximumAge)
        try await never.workAgain()
        #expect(never.outbox.events.last?.status == .abandoned)
    }
}
