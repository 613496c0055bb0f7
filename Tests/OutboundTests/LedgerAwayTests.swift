import AMQP
import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("A ledger that is away") struct LedgerAwayTests {
    @Test(
        "before the call: nobody is called, and the request waits", arguments: [MemoryLedger.Operation.claim, .begin])
    func before(operation: MemoryLedger.Operation) async throws {
        let bench = try Bench()
        bench.ledger.fail(operation)
        try await bench.work(Deliveries.request())
        #expect(bench.steps().last == "publish delay transactional.5s")
        #expect(bench.carrier.calls.isEmpty)
        #expect(bench.outbox.events.isEmpty)
        let waiting = try #require(bench.outbox.messages.last?.message)
        #expect(waiting.properties.headers["sb-reason"] == .string("ledger-away"))
        #expect(waiting.properties.headers["sb-app"] == .string("shop"))
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "begin 1", "call", "settle accepted", "event message.accepted"])
    }

    @Test("its loss and its return are each said once, however many messages notice") func saidOnce() async throws {
        let bench = try Bench()
        for _ in 0..<2 {
            let before = bench.lines.all.count
            for _ in 0..<5 {
                bench.ledger.fail(.claim)
                try await bench.work(Deliveries.request())
            }
            #expect(bench.lines.all.dropFirst(before).map { $0.prefix(5) } == ["error"])
            for _ in 0..<5 { try await bench.work(Deliveries.request()) }
            #expect(bench.lines.all.count == before + 2)
            #expect(bench.lines.all.last?.contains("The ledger is back") == true)
        }
    }

    @Test("a grant whose answer was lost is not used, and not taken for a call that did not happen") func lostGrant()
        async throws
    {
        let bench = try Bench()
        bench.ledger.loseNextBegin()
        try await bench.work(Deliveries.request())
        #expect(bench.carrier.calls.isEmpty)
        bench.clock.advance(by: 5)
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "publish delay transactional.5s"])
        bench.clock.advance(by: 60)
        try await bench.workAgain()
        bench.clock.advance(by: 30)
        try await bench.workAgain()
        #expect(bench.outbox.events.map { "\($0.name)" } == ["message.in-doubt", "message.abandoned"])
        #expect(bench.carrier.calls.isEmpty)
    }

    @Test("after the call: asked again a few times without a slot, then settled") func afterCall() async throws {
        let bench = try Bench()
        bench.ledger.fail(.settle, times: 3)
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle accepted fails", "pause 0.2", "settle accepted fails", "pause 1.0",
                "settle accepted fails", "pause 3.0", "settle accepted", "event message.accepted",
            ])
    }

    @Test(
        "after the call, and it stays away: the events go out all the same, and nobody is called again",
        arguments: [
            (CarrierOutcome.accepted(Acceptance(sid: ScriptedCarrier.sid(1), status: "queued")), "message.accepted"),
            (.refusal(21211), "message.refused"), (.lost, "message.in-doubt"),
        ]) func staysAway(outcome: CarrierOutcome, name: String) async throws
    {
        let bench = try Bench()
        bench.carrier.answer(outcome)
        bench.ledger.fail(.settle, times: 4)
        try await bench.work(Deliveries.request())
        #expect(bench.outbox.events.first.map { "\($0.name)" } == name)
        bench.clock.advance(by: 5)
        for _ in 0..<20 {
            bench.clock.advance(by: 10)
            try await bench.work(Deliveries.redelivered(Deliveries.request()))
        }
        #expect(bench.carrier.calls.count == 1)
    }

    @Test(
        "while a message is ended or put off: it waits, and ends the next time",
        arguments: [MemoryLedger.Operation.close, .markUnknown, .abandon])
    func whileEnding(operation: MemoryLedger.Operation) async throws {
        let bench = try Bench()
        let delivery = Deliveries.request()
        switch operation {
        case .close: try bench.setConsent(.revoked)
        case .markUnknown:
            try await bench.work(delivery)
            bench.ledger.put(Bench.key, .attempting(attempt: 1, worker: "worker-2", since: bench.clock.now))
            bench.clock.advance(by: 100)
        default:
            try await bench.work(delivery)
            bench.ledger.put(Bench.key, .unknown(attempt: 1, since: bench.clock.now))
            bench.clock.advance(by: 100)
        }
        let calls = bench.carrier.calls.count
        bench.ledger.fail(operation)
        try await bench.work(delivery)
        #expect(bench.steps().last == "publish delay transactional.5s")
        try await bench.workAgain()
        let expected: [MemoryLedger.Operation: String] = [
            .close: "event message.blocked", .markUnknown: "publish delay transactional.30s",
            .abandon: "publish dead transactional",
        ]
        #expect(bench.steps().last == expected[operation])
        #expect(bench.carrier.calls.count == calls)
    }
    @Test("while the provider's wish to wait is noted: it is heard all the same, and the answer counts")
    func whilePutOff()
        async throws
    {
        let bench = try Bench()
        bench.carrier.answer(.refusal(20429, retryAfter: 600))
        bench.ledger.fail(.noteDeferral)
        try await bench.work(Deliveries.request())
        #expect(bench.steps().last == "publish delay transactional.10m")
        let headers = try #require(bench.outbox.messages.last?.message.properties.headers)
        #expect(headers["sb-attempt"] == .int64(1))
        #expect(headers["sb-reason"] == .string("retry:20429"))
    }
}
