import AMQP
import FoundationEssentials
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("An account that the provider refuses") struct AccountPauseTests {
    private static let refused: CarrierOutcome = {
        let error = ProviderError(
            code: 20003, name: "Permission Denied", category: .auth, retryable: .no, action: "check the key")
        return .refused(Refusal(error: error, reason: "error \(error)"))
    }()

    @Test("is paused, and no message is refused for it") func paused() async throws {
        let bench = try Bench()
        bench.carrier.answer(Self.refused)
        try await bench.work(Deliveries.request(id: "a"))
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle held", "event account.paused", "event message.deferred",
                "noteDeferral account-paused", "publish delay transactional.30s",
            ])
        let event = try #require(bench.outbox.events.first)
        #expect(event.error?.code == 20003)
        #expect(event.routingKey == "account.paused.none.none.none")
        #expect(event.subject == "default")
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-attempt"] == .int64(0))
        // The next ones wait without a call, and say so once each.
        try await bench.work(Deliveries.request(id: "b"))
        #expect(
            bench.steps() == [
                "claim", "event message.deferred", "noteDeferral account-paused", "publish delay transactional.30s",
            ])
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("one message at a time finds out whether it works again, and then all go on") func resumed() async throws {
        let bench = try Bench()
        bench.carrier.answer(Self.refused, Self.refused)
        try await bench.work(Deliveries.request(id: "a"))
        bench.clock.advance(by: 30)
        try await bench.work(Deliveries.request(id: "b"))
        #expect(bench.carrier.calls.count == 2)
        bench.clock.advance(by: 59)
        try await bench.work(Deliveries.request(id: "c"))
        #expect(bench.carrier.calls.count == 2)
        bench.clock.advance(by: 1)
        _ = bench.steps()
        try await bench.work(Deliveries.request(id: "d"))
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle accepted", "event account.resumed", "event message.accepted",
            ])
        try await bench.workAgain()
        #expect(bench.carrier.calls.count == 4)
        #expect(bench.outbox.events.filter { $0.name.family == "account" }.map(\.name.name) == ["paused", "resumed"])
    }

    @Test("calls that were on their way pause it once") func together() {
        let circuits = AccountCircuits()
        let now = Date(timeIntervalSince1970: 0)
        #expect(circuits.verdict("a", now: now) == .open)
        #expect(circuits.refused("a", now: now) == now)
        #expect(circuits.refused("a", now: now) == nil)
        #expect(circuits.verdict("a", now: now) == .paused(until: now.addingTimeInterval(30)))
        #expect(circuits.verdict("b", now: now) == .open)
        let later = now.addingTimeInterval(30)
        #expect(circuits.verdict("a", now: later) == .open)
        #expect(circuits.verdict("a", now: later) == .paused(until: later.addingTimeInterval(30)))
        // A probe without an answer is followed by another one.
        #expect(circuits.verdict("a", now: later.addingTimeInterval(30)) == .open)
        #expect(circuits.worked("a") == now)
        #expect(circuits.worked("a") == nil)
        #expect(circuits.verdict("a", now: later) == .open)
    }

    @Test("the waits between probes grow to ten minutes") func growing() {
        let circuits = AccountCircuits()
        var now = Date(timeIntervalSince1970: 0)
        _ = circuits.refused("a", now: now)
        var waits: [Double] = []
        for _ in 0..<7 {
            guard case .paused(let until) = circuits.verdict("a", now: now) else { break }
            waits.append(until.timeIntervalSince(now))
            now = until
            #expect(circuits.verdict("a", now: now) == .open)
            #expect(circuits.refused("a", now: now) == nil)
        }
        #expect(waits == [30, 60, 120, 240, 480, 600, 600])
    }
}
