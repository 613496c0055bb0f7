import AMQP
import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("What a delivery turns out to be") struct ArrivalTests {
    private func read(_ delivery: Delivery, from queueClass: MessageClass = .transactional) -> Arrival {
        Arrival(delivery, from: queueClass, requiresUserID: true)
    }

    /// The field and its problem, for what cannot be read.
    private func problem(_ delivery: Delivery, requiresUserID: Bool = true) -> RequestProblem? {
        guard
            case .unreadable(_, let problem) = Arrival(
                delivery, from: .transactional, requiresUserID: requiresUserID)
        else { return nil }
        return problem
    }

    @Test("app and purpose come from the routing key of what the app published") func fromSend() throws {
        guard case .request(let request) = read(Deliveries.request()) else {
            Issue.record("no request")
            return
        }
        #expect(request.key == Bench.key)
        #expect(request.purpose == "order-shipped")
        #expect(request.envelope.messageClass == .transactional)
        #expect(request.envelope.progress == nil)
    }

    @Test("what comes back from a delay is believed about itself") func fromRequeue() throws {
        let progress = ProgressHeaders(
            app: "shop", purpose: "otp", attempts: 3, firstAt: Date(timeIntervalSince1970: 1_795_273_200),
            reason: "retry")
        let delivery = Deliveries.request(key: "transactional", exchange: Exchange.requeue) {
            $0.headers = progress.properties(republishing: MessageProperties()).headers
        }
        guard case .request(let request) = read(delivery) else {
            Issue.record("no request")
            return
        }
        #expect(request.key.app == "shop")
        #expect(request.purpose == "otp")
        #expect(request.envelope.progress == progress)
    }

    @Test("our own headers mean nothing on what an app published") func forgedProgress() throws {
        let delivery = Deliveries.request {
            $0.headers = ["sb-app": .string("bank"), "sb-purpose": .string("otp"), "sb-attempt": .int64(7)]
        }
        guard case .request(let request) = read(delivery) else {
            Issue.record("no request")
            return
        }
        #expect(request.key.app == "shop")
        #expect(request.purpose == "order-shipped")
        #expect(request.envelope.progress == nil)
    }

    @Test(
        "a copy in a queue where it does not belong is none of anybody's messages",
        arguments: [
            (Exchange.send, "promotional.shop.order-shipped"), (Exchange.send, "transactionally.shop.otp"),
            (Exchange.send, ""), (Exchange.requeue, "promotional"), (Exchange.requeue, "transactional.shop.otp"),
            ("", "send.transactional"), ("events", "transactional.shop.otp"), ("Send", "transactional.shop.otp"),
            (Exchange.dead, "transactional"),
        ]) func copies(exchange: String, key: String)
    {
        guard case .copy = read(Deliveries.request(key: key, exchange: exchange)) else {
            Issue.record("taken for a request")
            return
        }
    }

    @Test(
        "a key that names no app or no purpose",
        arguments: [
            "transactional", "transactional.shop", "transactional.shop.a.b", "transactional..otp",
            "transactional.shop.", "transactional.Shop.otp", "transactional.shop.otp\n", "transactional.shøp.otp",
            "transactional.\(String(repeating: "a", count: 33)).otp",
        ]) func keys(key: String)
    {
        #expect(problem(Deliveries.request(key: key))?.field == "routing key")
    }

    @Test("what lost the headers that it had when it was put on a delay is named by them")
    func requeuedWithoutHeaders() {
        #expect(problem(Deliveries.request(key: "transactional", exchange: Exchange.requeue))?.field == "sb-app")
        let wrong = Deliveries.request(key: "transactional", exchange: Exchange.requeue) {
            $0.headers = ["sb-app": .string("Shop!"), "sb-purpose": .string("otp")]
        }
        #expect(problem(wrong)?.field == "sb-app")
    }

    @Test(
        "properties that are missing or wrong are named",
        arguments: [
            ("user_id", "is missing", Deliveries.request(userID: nil)),
            ("user_id", "is not the app of the key", Deliveries.request(userID: "bank")),
            ("user_id", "is not the app of the key", Deliveries.request(userID: "")),
            ("user_id", "is not the app of the key", Deliveries.request(userID: "shop ")),
            ("message_id", "is missing", Deliveries.request(id: nil)),
            ("message_id", "is not 1 to 128", Deliveries.request(id: "")),
            ("message_id", "is not 1 to 128", Deliveries.request(id: "order 17")),
            ("message_id", "is not 1 to 128", Deliveries.request(id: "order/17")),
            ("message_id", "is not 1 to 128", Deliveries.request(id: String(repeating: "a", count: 129))),
            ("message_id", "is not 1 to 128", Deliveries.request(id: "+14155550132")),
            ("message_id", "is a card number", Deliveries.request(id: "4111111111111111")),
            ("message_id", "is a card number", Deliveries.request(id: "4111-1111-1111-1111")),
        ] as [(String, String, Delivery)]) func properties(field: String, start: String, delivery: Delivery)
    {
        let problem = problem(delivery)
        #expect(problem?.field == field)
        #expect(problem?.problem.hasPrefix(start) == true)
    }

    @Test("an id that is personal data is not repeated anywhere") func personalID() {
        guard case .unreadable(let envelope, _) = read(Deliveries.request(id: "4111111111111111")) else {
            Issue.record("taken for a request")
            return
        }
        #expect(envelope.messageID == nil)
    }

    @Test(
        "a correlation id travels in URLs, so it is checked",
        arguments: [
            ("+14155550132", "is a phone number"), ("ann@example.com", "is an e-mail address"),
            ("4111 1111 1111 1111", "is not 1 to 128 visible"), ("4111-1111-1111-1111", "is a card number"),
            ("a\u{7f}", "is not 1 to 128 visible"), ("é", "is not 1 to 128 visible"),
            (String(repeating: "a", count: 129), "is not 1 to 128 visible"),
        ]) func correlationID(text: String, start: String)
    {
        let problem = problem(Deliveries.request { $0.correlationID = text })
        #expect(problem?.field == "correlation_id")
        #expect(problem?.problem.hasPrefix(start) == true)
    }

    @Test(
        "content types",
        arguments: [
            ("application/json", true), ("APPLICATION/JSON; charset=utf-8", true), ("application/json ; a=b", true),
            (nil, true), ("text/plain", false), ("application/xml", false), ("", false), ("json", false),
            ("application/jsonp", false), (";", false),
        ] as [(String?, Bool)]) func contentTypes(type: String?, isTaken: Bool)
    {
        let problem = problem(Deliveries.request { $0.contentType = type })
        #expect(problem?.field == (isTaken ? nil : "content_type"))
    }

    @Test(
        "a trace context is passed on when it is one",
        arguments: [
            (Deliveries.traceparent, true), ("00-xyz-b7ad6b7169203331-01", false), ("", false),
            (Deliveries.traceparent.uppercased(), false), (Deliveries.traceparent + "-x", false),
            ("01" + Deliveries.traceparent.dropFirst(2), false),
        ]) func traceparent(text: String, isTaken: Bool)
    {
        guard case .request(let request) = read(Deliveries.request { $0.headers["traceparent"] = .string(text) })
        else {
            Issue.record("no request")
            return
        }
        #expect(request.envelope.traceparent == (isTaken ? text : nil))
    }
}
