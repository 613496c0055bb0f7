import AMQP
import FoundationEssentials
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("A clock that was ahead of ours when a message was called") struct ClockStepTests {
    /// An attempt that another worker began by a clock that is this much ahead, in seconds, and did not come back from.
    private func bench(ahead: Double) async throws -> Bench {
        var bench = try Bench()
        bench.configuration.lookUpLimit = 3600
        bench.carrier.list(.listed([]), .listed([]), .listed([]))
        bench.carrier.answer(.lost)
        bench.clock.step(by: ahead)
        try await bench.work(Deliveries.request())
        bench.ledger.put(Bench.key, .attempting(attempt: 1, worker: "worker-2", since: bench.clock.now))
        bench.clock.step(by: -ahead)
        _ = bench.steps()
        return bench
    }

    private func reason(_ bench: Bench) -> FieldValue? {
        bench.outbox.messages.last?.message.properties.headers["sb-reason"]
    }

    @Test("an attempt that is yet to begin counts as unknown once its time was spent on the ladder")
    func attempting() async throws {
        let bench = try await bench(ahead: 3600)
        try await bench.work(Deliveries.request(isRedelivered: true))
        #expect(bench.steps() == ["claim", "publish delay transactional.2m"])
        bench.clock.advance(by: 120)
        try await bench.workAgain()
        #expect(
            bench.steps() == ["claim", "markUnknown 1", "event message.in-doubt", "publish delay transactional.30s"])
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("clocks that differ a little change nothing") func almostAlike() async throws {
        let bench = try await bench(ahead: 2)
        try await bench.work(Deliveries.request(isRedelivered: true))
        #expect(bench.steps() == ["claim", "publish delay transactional.5s"])
        #expect(reason(bench) == .string("attempting"))
    }

    @Test("a message that follows such a wait is not forgotten while the ledger is away") func ledgerAway() async throws
    {
        let bench = try await bench(ahead: 3600)
        try await bench.work(Deliveries.request(isRedelivered: true))
        let waiting = reason(bench)
        bench.ledger.fail(.claim)
        try await bench.workAgain()
        #expect(reason(bench) == waiting)
    }

    @Test("an outcome that is yet to become unknown is looked up at once") func unknown() async throws {
        let bench = try await bench(ahead: 3600)
        bench.ledger.put(Bench.key, .unknown(attempt: 1, since: bench.clock.now.addingTimeInterval(3600)))
        try await bench.work(Deliveries.request(isRedelivered: true))
        #expect(bench.steps() == ["claim", "look up", "known 0", "publish delay transactional.2m"])
    }

    @Test("the call is found although it was noted an hour too late", arguments: [30, 600, 3600, 172_800] as [Double])
    func howFarBack(ahead: Double) async throws {
        let bench = try await bench(ahead: ahead)
        let called = bench.clock.now
        for wait in [120, 120, 3600] as [Double] {
            bench.clock.advance(by: wait)
            bench.ledger.put(Bench.key, .unknown(attempt: 1, since: bench.clock.now))
            bench.clock.advance(by: 31)
            try await bench.work(Deliveries.request(isRedelivered: true))
            let since = try #require(bench.carrier.askedSince.last)
            #expect(since < called)
        }
    }
}
