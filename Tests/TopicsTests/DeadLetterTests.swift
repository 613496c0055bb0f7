import AMQP
import Foundation
import Messaging
import Testing
import Topics

/// What stands in `dead` and `unroutable`, made by the worker, the broker or somebody hostile.
enum Letters {
    static let now = Date(timeIntervalSince1970: 1_795_273_200)
    static let key = "transactional.shop.order-shipped"

    static func delivery(
        _ headers: [String: FieldValue] = [:], exchange: String = Exchange.dead, key: String = "transactional",
        problem: Delivery.Problem? = nil, change: (inout MessageProperties) -> Void = { _ in }
    ) -> Delivery {
        var properties = MessageProperties()
        properties.messageID = "order-17"
        properties.userID = "shop"
        properties.headers = headers
        change(&properties)
        return Delivery(
            tag: DeliveryTag(unattached: 1), exchange: exchange, routingKey: key,
            message: Message(properties: properties, body: Array("{}".utf8)), problem: problem)
    }

    /// What the worker gave up.
    static func worker(
        reason: String? = "refused:21211", change: (inout MessageProperties) -> Void = { _ in }
    ) -> DeadLetter {
        let progress = ProgressHeaders(
            app: "shop", purpose: "order-shipped", attempts: 3, firstAt: now.addingTimeInterval(-600), reason: reason)
        let properties = progress.properties(
            burying: MessageProperties(), from: RequestOrigin(exchange: Exchange.send, routingKey: key),
            at: now.addingTimeInterval(-60))
        return DeadLetter(delivery(properties.headers, change: change), from: "dead.transactional")
    }

    /// What the broker writes on what was handed out too often (as RabbitMQ 3.10.8 does).
    static func death(
        _ reason: String = "delivery_limit", exchange: String = Exchange.send, key: String = key
    ) -> [String: FieldValue] {
        let latest: [String: FieldValue] = [
            "count": .int64(1), "reason": .string(reason), "queue": .string("send.transactional"),
            "exchange": .string(exchange), "routing-keys": .array([.string(key)]), "time": .timestamp(1_795_273_140),
        ]
        return [
            "x-death": .array([.table(latest)]), "x-first-death-reason": .string(reason),
            "x-first-death-queue": .string("send.transactional"), "x-first-death-exchange": .string(exchange),
            "x-delivery-count": .int64(201),
        ]
    }

    static func broker(
        _ headers: [String: FieldValue], change: (inout MessageProperties) -> Void = { _ in }
    ) -> DeadLetter {
        DeadLetter(delivery(headers, change: change), from: "dead.transactional")
    }

    static func unroutable(_ key: String, exchange: String = Exchange.send) -> DeadLetter {
        DeadLetter(delivery(death(), exchange: exchange, key: key), from: QueueName.unroutable)
    }

    /// One of every type that a header may have.
    static let values: [FieldValue] = [
        .null, .bool(true), .int8(-1), .uint8(1), .int16(-1), .uint16(1), .int32(-1), .uint32(1), .int64(.min),
        .uint64(.max), .float(.nan), .double(.infinity), .decimal(scale: 255, value: .max), .string(""),
        .string("a\nb\u{1B}[2J"), .string(String(repeating: "x", count: 100_000)), .bytes([0, 255]),
        .timestamp(.max), .array([]), .array([.array([.null])]), .array([.table([:])]), .table([:]),
        .array([.table(["reason": .int64(1), "routing-keys": .string("x"), "exchange": .array([]), "time": .null])]),
        .array([.table(["reason": .string("x"), "routing-keys": .array([]), "exchange": .string("send")])]),
    ]
}

@Suite("What a dead letter tells") struct DeadLetterTests {
    @Test("of the worker's: reason, app, purpose, attempts, origin and both times") func worker() {
        let letter = Letters.worker()
        #expect(letter.reason == "refused:21211")
        #expect(letter.app == "shop")
        #expect(letter.purpose == "order-shipped")
        #expect(letter.attempts == 3)
        #expect(letter.origin == RequestOrigin(exchange: "send", routingKey: Letters.key))
        #expect(letter.firstSeenAt == Letters.now.addingTimeInterval(-600))
        #expect(letter.age(at: Letters.now) == 60)
        #expect(letter.messageClass == .transactional)
    }

    @Test("of the broker's, straight from an app: the key that x-death tells, and none of the app's own sb-headers")
    func broker() {
        var headers = Letters.death()
        headers["sb-app"] = .string("bank")
        headers["sb-purpose"] = .string("otp")
        headers["sb-reason"] = .string("forged")
        headers["sb-attempt"] = .int64(7)
        let letter = Letters.broker(headers)
        #expect(letter.reason == "delivery-limit")
        #expect(letter.app == "shop")
        #expect(letter.purpose == "order-shipped")
        #expect(letter.attempts == 0)
        #expect(letter.origin == RequestOrigin(exchange: "send", routingKey: Letters.key))
        #expect(letter.age(at: Letters.now) == 60)
    }

    @Test("of the broker's, after a delay: what the worker wrote on it") func brokerAfterDelay() {
        var headers = Letters.death(exchange: Exchange.requeue, key: "transactional")
        let progress = ProgressHeaders(
            app: "shop", purpose: "otp", attempts: 2, firstAt: Letters.now, reason: "retry:20429")
        headers.merge(progress.properties(republishing: MessageProperties()).headers) { first, _ in first }
        let letter = Letters.broker(headers)
        #expect(letter.reason == "delivery-limit")
        #expect(letter.purpose == "otp")
        #expect(letter.attempts == 2)
        #expect(letter.origin == RequestOrigin(exchange: "send", routingKey: "transactional.shop.otp"))
        #expect(letter.firstSeenAt == Letters.now)
    }

    @Test(
        "the broker's reasons",
        arguments: [
            ("delivery_limit", "delivery-limit"), ("rejected", "broker-rejected"), ("expired", "broker-expired"),
            ("maxlen", "broker-maxlen"), ("something\nelse", "broker"),
        ]) func reasons(written: String, expected: String)
    {
        #expect(Letters.broker(Letters.death(written)).reason == expected)
    }

    @Test("of what no queue took: its own exchange and key, whatever its headers say") func unroutable() {
        let letter = Letters.unroutable("urgent.shop.otp")
        #expect(letter.reason == "unroutable")
        #expect(letter.messageClass == nil)
        #expect(letter.purpose == "otp")
        #expect(letter.origin == RequestOrigin(exchange: "send", routingKey: "urgent.shop.otp"))
        #expect(Letters.unroutable("promotional.shop.otp").messageClass == .promotional)
    }

    @Test("of a letter that an older version kept: no origin, and the purpose all the same") func older() {
        let progress = ProgressHeaders(
            app: "shop", purpose: "otp", attempts: 1, firstAt: Letters.now, reason: "abandoned")
        let letter = Letters.broker(progress.properties(republishing: MessageProperties()).headers)
        #expect(letter.reason == "abandoned")
        #expect(letter.purpose == "otp")
        #expect(letter.origin == nil)
        #expect(letter.age(at: Letters.now) == 0)
    }

    static let names = [
        "x-death", "x-first-death-reason", "sb-app", "sb-purpose", "sb-attempt", "sb-first-at", "sb-reason",
        "sb-exchange", "sb-routing-key", "sb-dead-at", "traceparent",
    ]

    @Test("headers of any type harm nothing, and the letter can be shown or given back", arguments: names)
    func hostile(name: String) throws {
        for value in Letters.values {
            for base in [Letters.worker().message.properties.headers, Letters.death(), [:]] {
                var headers = base
                headers[name] = value
                for queue in ["dead.transactional", "unroutable"] {
                    let letter = DeadLetter(Letters.delivery(headers), from: queue)
                    #expect((1...200).contains(letter.reason.utf8.count))
                    #expect(letter.reason.unicodeScalars.allSatisfy { $0.value > 0x20 })
                    #expect((0...1_000_000).contains(letter.attempts))
                    guard let publication = try? letter.replay(at: Letters.now) else { continue }
                    let written = publication.message.properties.headers
                    #expect(written["sb-app"] == .string("shop"))
                    #expect(written["sb-attempt"] == .int64(0))
                    #expect(written["sb-reason"] == .string("replay"))
                    #expect(written.keys.allSatisfy { $0.hasPrefix("sb-") || $0 == "traceparent" })
                    #expect(written.count <= 6)
                }
            }
        }
    }
}
