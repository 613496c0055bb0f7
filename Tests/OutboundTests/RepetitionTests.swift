import AMQP
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("A request that comes again") struct RepetitionTests {
    @Test("the same request calls nobody and publishes the same event again") func accepted() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        _ = bench.steps()
        bench.clock.advance(by: 3600)
        // White space and the order of fields make no difference.
        let other = #"{"body":"\#(Deliveries.body)","to":"\#(Deliveries.recipient)"}"#
        try await bench.work(Deliveries.request(other))
        #expect(bench.steps() == ["claim", "event message.accepted"])
        let events = bench.outbox.events
        #expect(events.map(\.id) == Array(repeating: "shop/order-17/message.accepted/1", count: 2))
        #expect(events[1].provider == events[0].provider)
        #expect(events[1].decision == events[0].decision)
        #expect(events[1].time == events[0].time)
    }

    @Test("another request under the same id is a conflict and changes nothing") func conflict() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        let state = bench.ledger.state(of: Bench.key)
        _ = bench.steps()
        let other = #"{"to": "\#(Deliveries.recipient)", "body": "Something else"}"#
        try await bench.work(Deliveries.request(other))
        try await bench.work(Deliveries.redelivered(Deliveries.request(other)))
        // What the worker may have taken on before is kept: it may only look like another request.
        #expect(
            bench.steps() == [
                "claim", "event request.conflict", "claim", "event request.conflict", "publish dead transactional",
            ])
        #expect(bench.ledger.state(of: Bench.key) == state)
        let events = bench.outbox.events.suffix(2)
        #expect(Set(events.map(\.id)).count == 1)
        #expect(events.last?.name.type == "switchboard.request.conflict.v1")
        #expect(events.last?.reason?.field == "message_id")
        #expect(events.last?.status == nil)
        #expect(bench.outbox.messages.map { $0.message.properties.headers["sb-reason"] } == [.string("conflict")])
    }

    @Test(
        "the class and the purpose belong to the request",
        arguments: ["transactional.shop.otp", "promotional.shop.order-shipped"])
    func otherKey(key: String) async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        _ = bench.steps()
        try await bench.work(
            Deliveries.request(key: key), from: key.hasPrefix("promotional") ? .promotional : .transactional)
        #expect(bench.steps() == ["claim", "event request.conflict"])
    }

    @Test("every conflict has an id of its own") func conflictIDs() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        for number in 0..<100 {
            try await bench.work(Deliveries.request(#"{"to": "\#(Deliveries.recipient)", "body": "\#(number)"}"#))
        }
        let ids = bench.outbox.events.dropFirst().map(\.id)
        #expect(Set(ids).count == 100)
        #expect(Set(ids.map(\.utf8.count)).count == 1)
    }

    @Test("two apps may use the same id") func apps() async throws {
        var bench = try Bench()
        bench.directory.apps?["bank"] = AppRegistration()
        try await bench.work(Deliveries.request())
        try await bench.work(Deliveries.request(key: "transactional.bank.order-shipped", userID: "bank"))
        #expect(bench.carrier.calls.count == 2)
    }

    /// How a message ended, and what a repeat of it publishes.
    static let ends: [(AttemptState, [String])] = [
        (.refused(attempt: 2, code: 21211), ["message.refused", "error.21211"]),
        (.refused(attempt: 2, code: nil), ["message.refused"]),
        (.abandoned(attempt: 2), ["message.abandoned"]),
        (.closed(.blocked), ["message.blocked"]),
        (.closed(.dropped), ["message.dropped"]),
        (.accepted(attempt: 2, sid: ScriptedCarrier.sid(9), providerStatus: "queued"), ["message.accepted"]),
    ]

    @Test("a repeat of what has ended publishes its end again and keeps nothing", arguments: ends)
    func ended(state: AttemptState, names: [String]) async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        bench.ledger.put(Bench.key, state)
        _ = bench.steps()
        try await bench.work(Deliveries.request())
        #expect(bench.steps() == ["claim"] + names.map { "event \($0)" })
        #expect(bench.outbox.messages.isEmpty)
    }

    @Test("blocked, dropped and deferred have the same id every time") func sameIDs() async throws {
        let bench = try Bench()
        try bench.setConsent(.revoked)
        for _ in 0..<3 { try await bench.work(Deliveries.request()) }
        #expect(bench.outbox.events.count == 3)
        #expect(Set(bench.outbox.events.map(\.id)).count == 1)
    }
}
