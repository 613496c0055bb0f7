import AMQP
import Foundation
import Messaging
import Policy
import Testing
import Topics

@testable import Outbound

@Suite("What was sent before, and how long a message may wait at the provider") struct TrafficTests {
    private static let daily = TrafficQuestion.Count(kinds: 8, seconds: 86_400)
    private static let florida = "+13055550132"

    /// Under the policy as shipped, at three in the afternoon in London and ten in the morning in Miami.
    private func bench() throws -> Bench {
        var bench = try Bench()
        bench.policy = LivePolicy(.shipped)
        return bench
    }

    private func sale(_ to: String = florida, id: String = "order-17", _ further: String = "") -> Delivery {
        Deliveries.promotional(
            #"{"to": "\#(to)", "body": "\#(Deliveries.campaignBody)", "consent": {"evidence": "x"}\#(further)}"#, id: id
        )
    }

    private func decision(_ bench: Bench) throws -> String {
        String(decoding: try #require(bench.outbox.events.last?.decision), as: UTF8.self)
    }

    @Test("the ledger is asked for what the rules need, and counts what they will look back on")
    func question() async throws {
        let bench = try bench()
        try await bench.work(Deliveries.request())
        let plain = try #require(bench.ledger.asked.last ?? nil)
        #expect(plain.caps.isEmpty && plain.countsFor == nil && plain.prefix == nil)
        #expect(plain.badNumberAge == 30 * 86_400)
        try await bench.work(sale(id: "b"), from: .promotional)
        let capped = try #require(bench.ledger.asked.last ?? nil)
        #expect(capped.caps == [TrafficQuestion.Cap(Self.daily, limit: 3)])
        #expect(capped.countsFor == 86_400)
        #expect(capped == bench.ledger.begun.last?.traffic)
    }

    @Test("who has had as many as the law lets gets no more") func cap() async throws {
        let bench = try bench()
        bench.ledger.setTraffic { $0.sent = [Self.daily: 2] }
        try await bench.work(sale(id: "a"), from: .promotional)
        #expect(bench.carrier.calls.count == 1)
        #expect(try decision(bench).contains(#""sentIn24h":2"#))
        bench.ledger.setTraffic { $0.sent = [Self.daily: 3] }
        _ = bench.steps()
        try await bench.work(sale(id: "b"), from: .promotional)
        #expect(bench.steps() == ["claim", "close dropped", "event message.dropped"])
        #expect(try decision(bench).contains(#""rule":"cap.us-fl","effect":"drop""#))
    }

    @Test("a cap that is reached between decision and attempt is seen") func race() async throws {
        let bench = try bench()
        bench.ledger.setTraffic { $0.sent = [Self.daily: 2] }
        bench.ledger.beforeNextBegin { [ledger = bench.ledger] in ledger.setTraffic { $0.sent = [Self.daily: 3] } }
        try await bench.work(sale(), from: .promotional)
        #expect(bench.steps() == ["claim", "begin 1", "claim", "close dropped", "event message.dropped"])
    }

    @Test("what the provider did not take is taken back, once") func takenBack() async throws {
        let bench = try bench()
        bench.carrier.answer(.refusal(21211))
        try await bench.work(sale(id: "a"), from: .promotional)
        #expect(bench.ledger.takenBack.map(\.key.messageID) == ["a"])
        bench.carrier.answer(.refusal(20429, retryAfter: 1))
        try await bench.work(sale(id: "b"), from: .promotional)
        #expect(bench.ledger.takenBack.map(\.key.messageID) == ["a", "b"])
        #expect(bench.ledger.begun.map(\.attempt) == [1, 1, 2])
        bench.carrier.answer(.lost)
        try await bench.work(sale(id: "c"), from: .promotional)
        #expect(bench.ledger.takenBack.count == 2)
    }

    @Test("a number that the provider called bad gets nothing, unless an operator gives the message back")
    func knownBad() async throws {
        let bench = try bench()
        bench.carrier.answer(.refusal(21211))
        try await bench.work(Deliveries.request())
        bench.ledger.setTraffic { $0.numberState = .bad(code: 21211) }
        try await bench.work(Deliveries.request(id: "b"))
        #expect(bench.ledger.state(of: MessageKey(app: "shop", messageID: "b")) == .closed(.blocked))
        #expect(try decision(bench).contains(#""rule":"number.known-bad","effect":"block""#))
        bench.ledger.setTraffic { $0.numberState = nil }
        let progress = ProgressHeaders(
            app: "shop", purpose: "order-shipped", attempts: 0, firstAt: bench.clock.now,
            reason: ProgressHeaders.replay)
        let replayed = Deliveries.request(key: "transactional", exchange: Exchange.requeue) {
            $0.headers = progress.properties(republishing: MessageProperties()).headers
        }
        try await bench.work(replayed)
        #expect((bench.ledger.asked.last ?? nil)?.badNumberAge == nil)
        #expect(bench.carrier.calls.count == 2)
    }

    @Test("free text on WhatsApp goes only after the person's own message, a template always")
    func whatsApp() async throws {
        let bench = try bench()
        func send(_ id: String, _ text: String) async throws -> AttemptState? {
            try await bench.work(Deliveries.request(#"{"to": "whatsapp:+5511987654321", \#(text)}"#, id: id))
            return bench.ledger.state(of: MessageKey(app: "shop", messageID: id))
        }
        bench.ledger.setTraffic { $0.lastInbound = .never }
        #expect(try await send("a", #""body": "Hello""#) == .closed(.blocked))
        bench.ledger.setTraffic { $0.lastInbound = .at(bench.clock.now.addingTimeInterval(-86_401)) }
        #expect(try await send("b", #""body": "Hello""#) == .closed(.blocked))
        #expect(bench.carrier.calls.isEmpty)
        #expect(try await send("c", #""content": {"sid": "HX00000000000000000000000000000001"}"#) != .closed(.blocked))
        bench.ledger.setTraffic { $0.lastInbound = .at(bench.clock.now.addingTimeInterval(-86_400)) }
        #expect(try await send("d", #""body": "Hello""#) != .closed(.blocked))
        #expect(bench.carrier.calls.count == 2)
        #expect(bench.ledger.asked.map { $0?.asksLastInbound } == [true, true, false, true])
    }

    @Test("the provider keeps a message no longer than it is worth something") func expiry() async throws {
        let bench = try bench()
        let at = formatRFC3339(bench.clock.now.addingTimeInterval(90))
        try await bench.work(Deliveries.request(#"{"to": "+14155550132", "body": "x", "expiresAt": "\#(at)"}"#))
        #expect(bench.carrier.calls.last?.validityPeriod == 90)
        try await bench.work(Deliveries.request(id: "b"))
        #expect(bench.carrier.calls.last?.validityPeriod == .some(nil))
    }

    @Test("nor into the quiet hours of the recipient, where they bind the message") func quietHours() async throws {
        let bench = try bench()
        // 19:59:00 in Miami: open until 20:00.
        bench.clock.advance(by: 9 * 3600 + 59 * 60)
        bench.ledger.setConsentKnownAt(bench.clock.now)
        try await bench.work(sale(id: "a"), from: .promotional)
        #expect(bench.carrier.calls.last?.validityPeriod == 60)
        let at = formatRFC3339(bench.clock.now.addingTimeInterval(30))
        try await bench.work(sale(id: "b", #", "expiresAt": "\#(at)""#), from: .promotional)
        #expect(bench.carrier.calls.last?.validityPeriod == 30)
        try await bench.work(Deliveries.request(id: "c"))
        #expect(bench.carrier.calls.last?.validityPeriod == .some(nil))
        // Development lets quiet hours only warn.
        var development = try Bench()
        development.policy = LivePolicy(PolicyEngine(overlay: .development))
        try await development.work(sale(id: "d"), from: .promotional)
        #expect(development.carrier.calls.last?.validityPeriod == .some(nil))
    }

    @Test("less than a second before the hours end nobody is called any more") func lastSecond() async throws {
        let bench = try bench()
        bench.clock.advance(by: 10 * 3600 - 0.5)
        bench.ledger.setConsentKnownAt(bench.clock.now)
        try await bench.work(sale(), from: .promotional)
        #expect(bench.carrier.calls.isEmpty)
        #expect(bench.steps().last == "publish delay promotional.5s")
        #expect(bench.ledger.takenBack.count == bench.ledger.begun.count)
    }

    @Test("what would wait until it has expired is dropped at once") func tooLate() async throws {
        let bench = try bench()
        // 20:30 in Miami: closed until 08:00.
        bench.clock.advance(by: 10.5 * 3600)
        bench.ledger.setConsentKnownAt(bench.clock.now)
        let early = formatRFC3339(bench.clock.now.addingTimeInterval(11.5 * 3600))
        try await bench.work(sale(id: "a", #", "expiresAt": "\#(early)""#), from: .promotional)
        #expect(bench.steps() == ["claim", "close dropped", "event message.dropped"])
        #expect(try decision(bench).contains(#""rule":"guard.expired","effect":"drop""#))
        let late = formatRFC3339(bench.clock.now.addingTimeInterval(11.5 * 3600 + 1))
        try await bench.work(sale(id: "b", #", "expiresAt": "\#(late)""#), from: .promotional)
        #expect(bench.steps().last == "publish delay promotional.6h")
    }
}
