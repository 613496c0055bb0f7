import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("What the policy decides, done") struct PolicyOutcomeTests {
    private func json(_ further: String) -> String {
        #"{"to": "\#(Deliveries.recipient)", "body": "Reply STOP", "consent": {"evidence": "x"}, \#(further)}"#
    }

    @Test("who opted out gets nothing, of either class, and the reason is told", arguments: MessageClass.allCases)
    func optedOut(_ messageClass: MessageClass) async throws {
        let bench = try Bench()
        try bench.setConsent(.revoked)
        try await bench.work(
            messageClass == .promotional ? Deliveries.promotional() : Deliveries.request(), from: messageClass)
        #expect(bench.steps() == ["claim", "close blocked", "event message.blocked"])
        #expect(bench.ledger.state(of: Bench.key) == .closed(.blocked))
        let event = try #require(bench.outbox.events.first)
        #expect(event.id == "shop/order-17/message.blocked/0")
        let decision = String(decoding: try #require(event.decision), as: UTF8.self)
        #expect(decision.contains(#""outcome":"block""#))
        #expect(decision.contains(#""rule":"opt-out.program""#))
        #expect(bench.outbox.messages.isEmpty)
    }

    @Test("an opt-out from another sender blocks nothing") func otherProgram() async throws {
        let bench = try Bench()
        try bench.setConsent(.revoked)
        try await bench.work(Deliveries.request(json(#""sender": "service""#)))
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("what cannot be a number is blocked") func number() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request(#"{"to": "+1415555O132", "body": "Hi"}"#))
        #expect(bench.steps() == ["claim", "close blocked", "event message.blocked"])
    }

    @Test("expired is dropped") func expired() async throws {
        let bench = try Bench()
        let at = formatRFC3339(bench.clock.now)
        try await bench.work(Deliveries.request(json(#""expiresAt": "\#(at)""#)))
        #expect(bench.steps() == ["claim", "close dropped", "event message.dropped"])
        #expect(bench.ledger.state(of: Bench.key) == .closed(.dropped))
    }

    @Test(
        "asked for later waits on the step that fits",
        arguments: [
            (1, "5s"), (29, "5s"), (30, "30s"), (299, "2m"), (601, "10m"), (3600, "1h"), (86_400 * 34, "6h"),
        ]) func sendAt(seconds: Double, step: String) async throws
    {
        let bench = try Bench()
        let at = formatRFC3339(bench.clock.now.addingTimeInterval(seconds))
        try await bench.work(Deliveries.request(json(#""sendAt": "\#(at)""#)))
        #expect(
            bench.steps() == [
                "claim", "event message.deferred", "noteDeferral guard.not-before",
                "publish delay transactional.\(step)",
            ])
        #expect(bench.outbox.events.first?.until.map(formatRFC3339) == at)
        #expect(bench.ledger.state(of: Bench.key) == .held(attempts: 0))
    }

    @Test("a deferral is told once for a reason, not at every hop, and again for another") func once() async throws {
        let bench = try Bench()
        let at = formatRFC3339(bench.clock.now.addingTimeInterval(70))
        let delivery = Deliveries.request(json(#""sendAt": "\#(at)""#), key: "promotional.shop.spring")
        try await bench.work(delivery, from: .promotional)
        _ = bench.steps()
        bench.clock.advance(by: 30)
        bench.ledger.setConsentKnownAt(bench.clock.now)
        try await bench.workAgain(.promotional)
        #expect(bench.steps() == ["claim", "publish delay promotional.30s"])
        bench.clock.advance(by: 30)
        bench.ledger.setConsentKnownAt(bench.clock.now)
        try await bench.workAgain(.promotional)
        #expect(bench.steps() == ["claim", "publish delay promotional.5s"])
        bench.clock.advance(by: 15)
        try await bench.workAgain(.promotional)
        #expect(
            bench.steps() == [
                "claim", "event message.deferred", "noteDeferral opt-out.not-current",
                "publish delay promotional.5s",
            ])
        bench.ledger.setConsentKnownAt(bench.clock.now)
        try await bench.workAgain(.promotional)
        #expect(bench.steps() == ["claim", "begin 1", "call", "settle accepted", "event message.accepted"])
        #expect(Set(bench.outbox.events.map(\.id)).count == 3)
    }

    @Test("while opt-outs are not being recorded promotional waits and transactional goes")
    func notCurrent() async throws {
        let bench = try Bench()
        bench.clock.advance(by: 11)
        try await bench.work(Deliveries.promotional(), from: .promotional)
        #expect(
            bench.steps() == [
                "claim", "event message.deferred", "noteDeferral opt-out.not-current",
                "publish delay promotional.5s",
            ])
        try await bench.work(Deliveries.request(id: "b"))
        #expect(bench.steps().contains("call"))
        bench.ledger.setConsentKnownAt(nil)
        try await bench.work(Deliveries.promotional(id: "c"), from: .promotional)
        #expect(bench.steps().last == "publish delay promotional.5s")
    }

    @Test("a STOP that arrives while a message waits wins") func stopWhileWaiting() async throws {
        let bench = try Bench()
        let at = formatRFC3339(bench.clock.now.addingTimeInterval(10))
        try await bench.work(Deliveries.request(json(#""sendAt": "\#(at)""#)))
        try bench.setConsent(.revoked)
        bench.clock.advance(by: 10)
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "close blocked", "event message.blocked"])
    }

    @Test("staging calls nobody but those it lists, whatever the channel") func staging() async throws {
        var bench = try Bench()
        bench.configuration.allowedRecipients = ["+14155550132"]
        try await bench.work(Deliveries.request(#"{"to": "+14155550199", "body": "Hi"}"#, id: "a"))
        #expect(bench.steps() == ["claim", "close blocked", "event message.blocked"])
        let decision = String(decoding: try #require(bench.outbox.events.first?.decision), as: UTF8.self)
        #expect(decision.contains(#""rule":"guard.staging""#))
        #expect(decision.contains("SWITCHBOARD_ALLOWED_RECIPIENTS"))
        try await bench.work(Deliveries.request(id: "b"))
        try await bench.work(Deliveries.request(#"{"to": "whatsapp:+14155550132", "body": "Hi"}"#, id: "c"))
        #expect(bench.carrier.calls.count == 2)
        bench.configuration.allowedRecipients = []
        try await bench.work(Deliveries.request(id: "d"))
        #expect(bench.carrier.calls.count == 2)
    }
}
