import AMQP
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("What a republished request carries") struct RepublishingTests {
    /// What brokers and apps may have written on a request.
    private func burdened() -> Delivery {
        Deliveries.request {
            $0.headers = [
                "x-death": .array([
                    .table(["queue": .string("send.transactional"), "reason": .string("delivery_limit")])
                ]),
                "x-first-death-queue": .string("send.transactional"), "x-last-death-reason": .string("expired"),
                "x-delivery-count": .int64(12), "CC": .array([.string("transactional.bank.otp")]),
                "BCC": .array([.string("promotional.shop.spring")]), "sb-attempt": .int64(99),
                "sb-app": .string("bank"), "mine": .string("x"), "traceparent": .string(Deliveries.traceparent),
            ]
            $0.expiration = "1000"
            $0.priority = 9
            $0.replyTo = "somewhere"
            $0.correlationID = "cart-9"
            $0.timestamp = 1_795_273_200
        }
    }

    @Test(
        "on a delay and in dead: ours, identity and trace; nothing of the broker's",
        arguments: [Exchange.delay, Exchange.dead])
    func headers(exchange: String) async throws {
        let bench = try Bench()
        bench.carrier.answer(exchange == Exchange.delay ? .refusal(20429) : .refusal(21211))
        try await bench.work(burdened())
        let republished = try #require(bench.outbox.messages.first)
        #expect(republished.exchange == exchange)
        #expect(republished.routingKey == (exchange == Exchange.delay ? "transactional.5s" : "transactional"))
        let properties = republished.message.properties
        let progress: Set = ["sb-app", "sb-purpose", "sb-attempt", "sb-first-at", "sb-reason", "traceparent"]
        let burial: Set = ["sb-exchange", "sb-routing-key", "sb-dead-at"]
        #expect(Set(properties.headers.keys) == (exchange == Exchange.dead ? progress.union(burial) : progress))
        #expect(properties.headers["sb-app"] == .string("shop"))
        #expect(properties.headers["sb-purpose"] == .string("order-shipped"))
        #expect(properties.headers["sb-attempt"] == .int64(1))
        #expect(properties.headers["sb-first-at"] == .string("2026-11-21T15:00:00.000Z"))
        #expect(properties.expiration == nil)
        #expect(properties.priority == nil)
        #expect(properties.replyTo == nil)
        #expect(properties.deliveryMode == .persistent)
        #expect(properties.messageID == "order-17")
        #expect(properties.userID == "shop")
        #expect(properties.correlationID == "cart-9")
        #expect(properties.timestamp == 1_795_273_200)
        #expect(republished.message.body == burdened().message.body)
    }

    @Test("the first time is kept over all hops, and the app and purpose with it") func firstAt() async throws {
        let bench = try Bench()
        for _ in 0..<3 { bench.carrier.answer(.unreachable) }
        try await bench.work(Deliveries.request())
        for _ in 0..<2 {
            bench.clock.advance(by: 60)
            try await bench.workAgain()
        }
        let first = bench.outbox.messages.map { $0.message.properties.headers["sb-first-at"] }
        #expect(first == Array(repeating: .string("2026-11-21T15:00:00.000Z"), count: 3))
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.message.purpose == "order-shipped")
        #expect(bench.outbox.events.last?.message.messageClass == .transactional)
    }

    @Test("what is given up says where it was published and when it was given up, over all hops") func origin()
        async throws
    {
        let bench = try Bench()
        bench.carrier.answer(.unreachable)
        bench.carrier.answer(.refusal(21211))
        try await bench.work(Deliveries.request())
        bench.clock.advance(by: 60)
        try await bench.workAgain()
        let kept = try #require(bench.outbox.messages.last)
        #expect(kept.exchange == Exchange.dead)
        #expect(kept.message.properties.headers["sb-exchange"] == .string("send"))
        #expect(kept.message.properties.headers["sb-routing-key"] == .string("transactional.shop.order-shipped"))
        #expect(kept.message.properties.headers["sb-first-at"] == .string("2026-11-21T15:00:00.000Z"))
        #expect(kept.message.properties.headers["sb-dead-at"] == .string("2026-11-21T15:01:00.000Z"))
    }

    @Test("a copy and what cannot be read say where they came from, whatever that is") func strangeOrigin()
        async throws
    {
        let bench = try Bench()
        try await bench.work(Deliveries.request(key: "send.transactional", exchange: ""))
        try await bench.work(Deliveries.request(key: "transactional..x\n"))
        try await bench.work(Deliveries.request(key: "transactional", exchange: Exchange.requeue))
        let origins = bench.outbox.messages.map {
            [$0.message.properties.headers["sb-exchange"], $0.message.properties.headers["sb-routing-key"]]
        }
        #expect(
            origins == [
                [.string(""), .string("send.transactional")], [.string("send"), .string("transactional..x\n")],
                [.string("requeue"), .string("transactional")],
            ])
    }

    @Test("headers of any size are not carried along: a header frame must fit whoever reads it next") func size()
        async throws
    {
        let bench = try Bench()
        let nested = (0..<20).reduce(FieldValue.string("x")) { inner, _ in .array([inner]) }
        for value in [FieldValue.string(String(repeating: "a", count: 120_000)), nested, .bytes([1, 2, 3])] {
            bench.carrier.answer(.unreachable)
            try await bench.work(
                Deliveries.request(id: "m-\(bench.outbox.messages.count)") { $0.headers["traceparent"] = value })
        }
        #expect(bench.outbox.messages.count == 3)
        for republished in bench.outbox.messages {
            #expect(republished.message.properties.headers["traceparent"] == nil)
        }
    }
}
