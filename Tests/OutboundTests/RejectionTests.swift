import AMQP
import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

/// A request that cannot be read or is not allowed.
struct BadRequest: Sendable, CustomTestStringConvertible {
    let field: String
    let delivery: Delivery
    var testDescription: String { field }

    init(_ field: String, _ delivery: Delivery) {
        self.field = field
        self.delivery = delivery
    }

    static func body(_ field: String, _ json: String) -> BadRequest { BadRequest(field, Deliveries.request(json)) }

    static let unreadable: [BadRequest] = [
        BadRequest("routing key", Deliveries.request(key: "transactional.shop")),
        BadRequest("user_id", Deliveries.request(userID: "bank")),
        BadRequest("user_id", Deliveries.request(userID: nil)),
        BadRequest("message_id", Deliveries.request(id: nil)),
        BadRequest("message_id", Deliveries.request(id: "4111111111111111")),
        BadRequest("correlation_id", Deliveries.request { $0.correlationID = "+14155550132" }),
        BadRequest("content_type", Deliveries.request { $0.contentType = "text/plain" }),
        BadRequest("headers", Deliveries.request(problem: .headersTooDeep)),
        BadRequest("request", Deliveries.request("", problem: .bodyTooLarge(size: 20 << 20))),
        body("request", String(repeating: " ", count: 1 << 20) + Deliveries.json),
        body("request", "order 17 has shipped"),
        body("request", ""),
        body("request", "{"),
        body("request", "[]"),
        body("request", "null"),
        body("request", String(repeating: "[", count: 30_000)),
        body("request", #"{"to": "\#(Deliveries.recipient)", "body": "\ud800"}"#),
        body("to", #"{"body": "Hi"}"#),
        body("to", #"{"to": 14155550132, "body": "Hi"}"#),
        body("to", #"{"to": "telegram:+14155550132", "body": "Hi"}"#),
        body("boddy", #"{"to": "\#(Deliveries.recipient)", "boddy": "Hi"}"#),
        body("template.nam", #"{"to": "\#(Deliveries.recipient)", "template": {"nam": "x"}}"#),
        body("channel", #"{"to": "\#(Deliveries.recipient)", "body": "Hi", "channel": "voice"}"#),
        body("expiresAt", #"{"to": "\#(Deliveries.recipient)", "body": "Hi", "expiresAt": "tomorrow"}"#),
        body("sendAt", #"{"to": "\#(Deliveries.recipient)", "body": "Hi", "sendAt": "2027-11-21T15:00:00Z"}"#),
        body("recipient.id", #"{"to": "\#(Deliveries.recipient)", "body": "Hi", "recipient": {"id": "a@b.example"}}"#),
        body("metadata", #"{"to": "\#(Deliveries.recipient)", "body": "Hi", "metadata": {"n": "+14155550132"}}"#),
        BadRequest(
            "type",
            Deliveries.request(#"{"type": "switchboard.send.v2", "data": \#(Deliveries.json)}"#) {
                $0.contentType = "application/cloudevents+json"
            }),
        BadRequest(
            "data",
            Deliveries.request(#"{"type": "switchboard.send.v1"}"#) {
                $0.contentType = "application/cloudevents+json"
            }),
    ]
}

@Suite("Requests that cannot be read") struct RejectionTests {
    @Test("told with the field, kept in dead, nothing claimed, nobody called", arguments: BadRequest.unreadable)
    func rejected(_ bad: BadRequest) async throws {
        let bench = try Bench()
        try await bench.work(bad.delivery)
        #expect(bench.steps() == ["event message.rejected", "publish dead transactional"])
        let event = try #require(bench.outbox.events.first)
        #expect(event.reason?.field == bad.field)
        #expect(event.status == .rejected)
        #expect(String(decoding: event.json(for: .redacted), as: UTF8.self).contains(#""isFinal":true"#))
        let kept = try #require(bench.outbox.messages.first?.message)
        #expect(kept.body == bad.delivery.message.body)
        #expect(kept.properties.headers["sb-reason"] == .string("rejected:\(bad.field)"))
        #expect(kept.properties.messageID == bad.delivery.message.properties.messageID)
        #expect(kept.properties.userID == bad.delivery.message.properties.userID)
    }

    @Test("the same delivery makes the same event again, another one another", arguments: BadRequest.unreadable)
    func ids(_ bad: BadRequest) async throws {
        let bench = try Bench()
        try await bench.work(bad.delivery)
        try await bench.work(Deliveries.redelivered(bad.delivery))
        #expect(bench.outbox.events.count == 2)
        #expect(Set(bench.outbox.events.map(\.id)).count == 1)
        try await bench.work(Deliveries.request("something else altogether", id: nil))
        #expect(Set(bench.outbox.events.map(\.id)).count == 2)
    }

    @Test("nothing of a request's values stands in the redacted event or in dead's headers")
    func privacy() async throws {
        let bench = try Bench()
        let secrets = ["+14155550132", "ann@example.com", "4111111111111111"]
        for secret in secrets {
            try await bench.work(Deliveries.request(#"{"to": "+14155550132", "\#(secret)": "x", "body": "Hi"}"#))
            try await bench.work(
                Deliveries.request(#"{"to": "+14155550132", "body": "Hi", "metadata": {"a": "\#(secret)"}}"#))
            try await bench.work(Deliveries.request { $0.correlationID = secret })
            try await bench.work(Deliveries.request(id: secret))
            try await bench.work(Deliveries.request(#"{"to": "\#(secret)", "body": "Hi", "account": "\#(secret)"}"#))
        }
        #expect(bench.outbox.events.count == 5 * secrets.count)
        for event in bench.outbox.events {
            let redacted = String(decoding: event.json(for: .redacted), as: UTF8.self)
            for secret in secrets { #expect(!redacted.contains(secret), "\(redacted)") }
        }
        for kept in bench.outbox.messages {
            for secret in secrets { #expect(!"\(kept.message.properties.headers)".contains(secret)) }
        }
    }

    @Test("a copy made by CC or BCC goes to dead without an event") func copy() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request(key: "promotional.shop.spring"), from: .transactional)
        try await bench.work(Deliveries.request(key: "send.promotional", exchange: ""), from: .promotional)
        #expect(bench.steps() == ["publish dead transactional", "publish dead promotional"])
        #expect(
            bench.outbox.messages.map { $0.message.properties.headers["sb-reason"] }
                == [.string("copy"), .string("copy")])
    }

    @Test("an id that was refused may be used again, corrected") func corrected() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request("{}"))
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "event message.rejected", "publish dead transactional", "claim", "begin 1", "call", "settle accepted",
                "event message.accepted",
            ])
    }
}
