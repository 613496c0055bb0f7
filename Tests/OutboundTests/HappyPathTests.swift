import AMQP
import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("A message on its way") struct HappyPathTests {
    @Test("claimed, begun, called once, settled, told, and only then given back to be acknowledged")
    func order() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == ["claim", "begin 1", "call", "settle accepted", "event message.accepted"])
        #expect(
            bench.ledger.state(of: Bench.key)
                == .accepted(attempt: 1, sid: ScriptedCarrier.sid(1), providerStatus: "queued"))
        #expect(bench.outbox.messages.isEmpty)
    }

    @Test("the provider gets what was asked for, and the URL that says whose it is") func offered() async throws {
        let bench = try Bench()
        let json = """
            {"to": "whatsapp:\(Deliveries.recipient)", "body": "Hi", "media": ["https://cdn.test/a.png"],
             "tags": {"team": "growth"}, "shortenLinks": true, "sender": "service", "recipient": {"id": "crm-42"}}
            """
        try await bench.work(Deliveries.request(json))
        let call = try #require(bench.carrier.calls.first)
        #expect(bench.carrier.calls.count == 1)
        #expect(call.to.text == "whatsapp:\(Deliveries.recipient)")
        #expect(call.channel == .whatsapp)
        #expect(call.sender == .messagingService("MG1"))
        #expect(call.body == "Hi")
        #expect(call.media == ["https://cdn.test/a.png"])
        #expect(call.tags == ["team": "growth"])
        #expect(call.shortenLinks)
        #expect(
            call.statusCallback == "https://bridge.test/twilio/status?id=order-17&app=shop&attempt=1&rid=crm-42")
    }

    @Test("accepted carries the provider's id, the decision and what the app wants to have echoed")
    func event() async throws {
        let bench = try Bench()
        let json = """
            {"to": "\(Deliveries.recipient)", "body": "Your order has shipped", "metadata": {"campaign": "spring"},
             "recipient": {"id": "crm-42"}}
            """
        try await bench.work(
            Deliveries.request(json) {
                $0.correlationID = "cart-9"
                $0.headers["traceparent"] = .string(Deliveries.traceparent)
            })
        let event = try #require(bench.outbox.events.first)
        #expect(event.id == "shop/order-17/message.accepted/1")
        #expect(event.routingKey == "message.accepted.sms.transactional.shop")
        #expect(event.subject == "order-17")
        #expect(event.source == "/switchboard/default")
        #expect(event.status == .accepted)
        #expect(event.provider == Event.Provider(sid: ScriptedCarrier.sid(1), status: "queued"))
        #expect(event.message.attempt == 1)
        #expect(event.message.purpose == "order-shipped")
        #expect(event.message.sender == "main")
        #expect(event.message.metadata == ["campaign": "spring"])
        #expect(event.message.correlationID == "cart-9")
        #expect(event.message.traceparent == Deliveries.traceparent)
        #expect(event.recipient?.id == "crm-42")
        #expect(event.segments == 1)
        #expect(event.encoding == "GSM-7")
        let decision = try #require(event.decision)
        #expect(String(decoding: decision, as: UTF8.self).hasPrefix(#"{"outcome":"allow""#))
    }

    @Test("address and text stand in the clear event alone") func privacy() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        let event = try #require(bench.outbox.events.first)
        let redacted = String(decoding: event.json(for: .redacted), as: UTF8.self)
        let clear = String(decoding: event.json(for: .clear), as: UTF8.self)
        for secret in [Deliveries.recipient, Deliveries.body] {
            #expect(!redacted.contains(secret))
            #expect(clear.contains(secret))
        }
        #expect(redacted.contains("ph_k1_"))
        #expect(redacted.contains("+1********32"))
    }

    @Test("a request as a CloudEvent, in development without a user, of either class") func variants() async throws {
        var bench = try Bench()
        bench.configuration.requiresUserID = false
        let event = #"{"specversion": "1.0", "type": "switchboard.send.v1", "data": \#(Deliveries.json)}"#
        try await bench.work(
            Deliveries.request(event, id: "a", userID: nil) {
                $0.contentType = "application/cloudevents+json; charset=UTF-8"
            })
        try await bench.work(Deliveries.request(id: "b", userID: nil) { $0.contentType = nil })
        try await bench.work(Deliveries.promotional(id: "c"), from: .promotional)
        #expect(bench.carrier.calls.map(\.body) == [Deliveries.body, Deliveries.body, Deliveries.campaignBody])
        #expect(
            bench.outbox.events.map(\.routingKey) == [
                "message.accepted.sms.transactional.shop", "message.accepted.sms.transactional.shop",
                "message.accepted.sms.promotional.shop",
            ])
    }
}
