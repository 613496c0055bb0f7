import AMQP
import Messaging
import Testing
import Topics

@testable import Outbound

/// What comes again and again until the broker would give it up.
@Suite("Poison") struct PoisonTests {
    private func delivery(
        _ count: FieldValue?, json: String = Deliveries.json, key: String = "transactional.shop.order-shipped",
        isRedelivered: Bool = true
    ) -> Delivery {
        Deliveries.request(json, key: key, isRedelivered: isRedelivered) { $0.headers["x-delivery-count"] = count }
    }

    @Test(
        "how close a delivery is to the limit",
        arguments: [
            (nil, .usual), (.int64(0), .usual), (.int64(179), .usual), (.int64(180), .severe), (.int64(189), .severe),
            (.int64(190), .last), (.int64(200), .last), (.int64(.max), .last), (.int64(-1), .usual),
            (.uint64(.max), .usual), (.string("200"), .usual), (.table([:]), .usual), (.double(195), .usual),
        ] as [(FieldValue?, DeliveryStrain)])
    func strain(count: FieldValue?, expected: DeliveryStrain) {
        #expect(DeliveryStrain(delivery(count), limit: 200) == expected)
        // The first time it is the app's own word.
        #expect(DeliveryStrain(delivery(count, isRedelivered: false), limit: 200) == .usual)
    }

    @Test("a low limit leaves the first deliveries alone", arguments: [0, 1, 2, 5, 20]) func lowLimits(limit: Int) {
        #expect(DeliveryStrain(delivery(nil), limit: limit) == .usual)
        #expect(DeliveryStrain(delivery(.int64(0)), limit: limit) == .usual)
    }

    @Test("given up with an event and a reason, called by nobody", arguments: [180, 190] as [Int64])
    func givenUp(count: Int64) async throws {
        let bench = try Bench()
        try await bench.work(delivery(.int64(count)))
        let claimed = count < 190 ? ["claim", "close rejected"] : []
        #expect(bench.steps() == claimed + ["event message.rejected", "publish dead transactional"])
        let event = try #require(bench.outbox.events.first)
        #expect(event.reason?.field == "delivery")
        #expect(event.subject == "order-17")
        #expect(event.message.app == "shop")
        let kept = try #require(bench.outbox.messages.first?.message)
        #expect(kept.properties.headers["sb-reason"] == .string("delivery-limit"))
        #expect(kept.properties.headers["sb-routing-key"] == .string("transactional.shop.order-shipped"))
        #expect(kept.properties.headers["x-delivery-count"] == nil)
        #expect(kept.body == Array(Deliveries.json.utf8))
    }

    @Test("given up by a worker that died before it told and kept it") func diedBeforeItWasKept() async throws {
        let bench = try Bench()
        try await bench.work(delivery(.int64(180)))
        #expect(bench.ledger.state(of: Bench.key) == .closed(.rejected))
        _ = bench.steps()
        try await bench.work(delivery(.int64(181)))
        #expect(bench.steps() == ["claim", "event message.rejected", "publish dead transactional"])
    }

    @Test("given up with an answer of the ledger's that was lost: kept when it comes back from the ladder")
    func answerLost()
        async throws
    {
        let bench = try Bench()
        try await bench.work(delivery(.int64(180)))
        let rejected = try #require(bench.outbox.events.last)
        _ = bench.steps()
        try await bench.work(Deliveries.redelivered(Deliveries.request()))
        #expect(bench.steps() == ["claim", "event message.rejected", "publish dead transactional"])
        #expect(bench.outbox.events.last?.id == rejected.id)
        // The app's own repeat needs no other copy.
        try await bench.work(Deliveries.request())
        #expect(bench.steps() == ["claim", "event message.rejected"])
    }

    @Test("at the end not even the body is read") func unread() async throws {
        let bench = try Bench()
        let strange = delivery(.int64(190), json: "{")
        try await bench.work(strange)
        try await bench.work(strange)
        #expect(bench.outbox.messages.first?.message.properties.headers["sb-reason"] == .string("delivery-limit"))
        #expect(Set(bench.outbox.events.map(\.id)).count == 1)
    }

    @Test("a copy stays a copy", arguments: [180, 190] as [Int64]) func copy(count: Int64) async throws {
        let bench = try Bench()
        try await bench.work(delivery(.int64(count), key: "promotional.shop.spring"))
        #expect(bench.steps() == ["publish dead transactional"])
    }

    @Test("what was sent is not called rejected") func accepted() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        _ = bench.steps()
        try await bench.work(delivery(.int64(180)))
        #expect(bench.steps() == ["claim", "event message.accepted"])
    }

    @Test("an outcome that may come is waited for") func attempting() async throws {
        let bench = try Bench()
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request())
        _ = bench.steps()
        try await bench.work(delivery(.int64(180)))
        #expect(bench.steps() == ["claim", "event message.in-doubt", "publish delay transactional.30s"])
    }

    @Test("a ledger that is away is waited for, and the broker counts anew") func ledgerAway() async throws {
        let bench = try Bench()
        bench.ledger.fail(.claim)
        try await bench.work(delivery(.int64(180)))
        #expect(bench.steps() == ["claim fails", "publish delay transactional.5s"])
        #expect(bench.outbox.messages.first?.message.properties.headers["x-delivery-count"] == nil)
    }
}
