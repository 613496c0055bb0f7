import AMQP
import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

/// What `switchboard replay` gives back, judged by a worker.
@Suite("A message that an operator gave back") struct ReplayTests {
    /// A delivery as `replay` publishes it, at the bench's time.
    private func replayed(_ bench: Bench, _ json: String = Deliveries.json, isRedelivered: Bool = false) -> Delivery {
        let progress = ProgressHeaders(
            app: "shop", purpose: "order-shipped", attempts: 0, firstAt: bench.clock.now,
            reason: ProgressHeaders.replay)
        return Deliveries.request(
            json, key: "transactional", exchange: Exchange.requeue, isRedelivered: isRedelivered
        ) {
            $0.headers = progress.properties(republishing: MessageProperties()).headers
        }
    }

    /// A message that was refused a minute ago.
    private func refused() async throws -> Bench {
        let bench = try Bench()
        bench.carrier.answer(.refusal(21211))
        try await bench.work(Deliveries.request())
        #expect(bench.ledger.state(of: Bench.key) == .refused(attempt: 1, code: 21211))
        bench.clock.advance(by: 60)
        _ = bench.steps()
        return bench
    }

    @Test("what was refused is a new attempt of the same id") func newAttempt() async throws {
        let bench = try await refused()
        try await bench.work(replayed(bench))
        #expect(
            bench.steps() == [
                "claim", "reopen", "claim", "begin 2", "call", "settle accepted", "event message.accepted",
            ])
        #expect(bench.outbox.events.last?.id == "shop/order-17/message.accepted/2")
        #expect(bench.carrier.calls.count == 2)
    }

    @Test("refused again, it is told by another event and kept again") func refusedAgain() async throws {
        let bench = try await refused()
        bench.carrier.answer(.refusal(21211))
        try await bench.work(replayed(bench))
        let kept = try #require(bench.outbox.messages.last?.message)
        #expect(kept.properties.headers["sb-reason"] == .string("refused:21211"))
        #expect(kept.properties.headers["sb-attempt"] == .int64(1))
        let ids = bench.outbox.events.filter { $0.status == .refused }.map(\.id)
        #expect(ids == ["shop/order-17/message.refused/1", "shop/order-17/message.refused/2"])
    }

    @Test("the policy of today has its say") func blocked() async throws {
        let bench = try await refused()
        try bench.setConsent(.revoked)
        try await bench.work(replayed(bench))
        #expect(bench.steps() == ["claim", "reopen", "claim", "close blocked", "event message.blocked"])
        // And again, once she has agreed.
        try bench.setConsent(.granted)
        bench.clock.advance(by: 60)
        try await bench.work(replayed(bench))
        #expect(bench.steps().contains("settle accepted"))
    }

    @Test("an app's own repeat of what was refused calls nobody, whatever headers it writes") func ownRepeat()
        async throws
    {
        let bench = try await refused()
        let headers = replayed(bench).message.properties.headers
        for delivery in [Deliveries.request(), Deliveries.request { $0.headers = headers }] {
            try await bench.work(delivery)
            #expect(bench.steps() == ["claim", "event message.refused", "event error.21211"])
        }
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("what was sent is told again and not sent") func accepted() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        _ = bench.steps()
        try await bench.work(replayed(bench))
        #expect(bench.steps() == ["claim", "event message.accepted"])
    }

    @Test("both copies of a message that an interruption left in two places are one message") func twoPlaces()
        async throws
    {
        let bench = try await refused()
        let first = replayed(bench)
        bench.clock.advance(by: 5)
        let second = replayed(bench)
        try await bench.work(first)
        try await bench.work(second)
        #expect(bench.carrier.calls.count == 2)
        #expect(bench.steps().suffix(2) == ["claim", "event message.accepted"])
    }

    @Test("an abandoned outcome is told and kept, never called") func abandoned() async throws {
        let bench = try Bench()
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request())
        bench.clock.advance(by: 60)
        try await bench.workAgain()
        _ = bench.steps()
        try await bench.work(replayed(bench))
        #expect(bench.steps() == ["claim", "reopen", "event message.abandoned", "publish dead transactional"])
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("an unknown outcome is told and waits, never called") func unknown() async throws {
        let bench = try Bench()
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request())
        _ = bench.steps()
        try await bench.work(replayed(bench))
        #expect(bench.steps() == ["claim", "event message.in-doubt", "publish delay transactional.30s"])
        bench.clock.advance(by: 60)
        try await bench.workAgain()
        #expect(bench.steps().suffix(2) == ["event message.abandoned", "publish dead transactional"])
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("an attempt of another worker is waited for") func attempting() async throws {
        let bench = try await refused()
        bench.ledger.put(Bench.key, .attempting(attempt: 2, worker: "worker-2", since: bench.clock.now))
        try await bench.work(replayed(bench))
        #expect(bench.steps() == ["claim", "publish delay transactional.5s"])
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("a rejected request that is still wrong is kept again") func rejected() async throws {
        let bench = try Bench()
        try await bench.work(replayed(bench, "{}"))
        #expect(bench.steps() == ["event message.rejected", "publish dead transactional"])
        #expect(
            bench.outbox.messages.last?.message.properties.headers["sb-routing-key"]
                == .string("transactional.shop.order-shipped"))
    }

    @Test("an id that meanwhile means another request is a conflict, and the message is kept") func conflict()
        async throws
    {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        _ = bench.steps()
        try await bench.work(replayed(bench, #"{"to": "\#(Deliveries.recipient)", "body": "Something else"}"#))
        #expect(bench.steps() == ["claim", "event request.conflict", "publish dead transactional"])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("conflict"))
    }

    @Test(
        "a ledger that is away does not make a replay a repeat",
        arguments: [MemoryLedger.Operation.claim, .reopen, .begin])
    func ledgerAway(operation: MemoryLedger.Operation) async throws {
        let bench = try await refused()
        bench.ledger.fail(operation)
        try await bench.work(replayed(bench))
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("replay"))
        bench.clock.advance(by: 5)
        try await bench.workAgain()
        #expect(bench.steps().suffix(2) == ["settle accepted", "event message.accepted"])
        #expect(bench.carrier.calls.count == 2)
    }

    @Test("handed back before anything was done, it is a replay still") func handedBackUntouched() async throws {
        let bench = try await refused()
        try await bench.work(replayed(bench, isRedelivered: true))
        #expect(bench.steps().contains("begin 2"))
    }

    @Test("handed back at any point it is neither lost nor called again", arguments: 0...3, [true, false])
    func interrupted(confirms: Int, isRefused: Bool) async throws {
        let bench = try await refused()
        if isRefused { bench.carrier.answer(.refusal(21211)) }
        let delivery = replayed(bench)
        bench.outbox.confirmOnly(confirms)
        do {
            try await bench.work(delivery)
        } catch {
            bench.outbox.confirmOnly(nil)
            bench.clock.advance(by: 1)
            try await bench.work(Deliveries.redelivered(delivery))
        }
        let steps = Set(bench.steps())
        #expect(bench.carrier.calls.count == 2)
        #expect(
            steps.isSuperset(
                of: isRefused ? ["event message.refused", "publish dead transactional"] : ["event message.accepted"]))
    }
}
