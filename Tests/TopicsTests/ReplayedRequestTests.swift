import AMQP
import Foundation
import Messaging
import Testing
import Topics

@Suite("A dead letter that is given back") struct ReplayedRequestTests {
    private func refusal(_ letter: DeadLetter, as chosen: MessageClass? = nil) -> String? {
        do {
            _ = try letter.replay(as: chosen, at: Letters.now)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("its own id, app, trace and body; nothing of its former life") func cleaned() throws {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let letter = Letters.worker { properties in
            for (name, value) in Letters.death() { properties.headers["\(name)-more"] = value }
            properties.headers["x-delivery-count"] = .int64(12)
            properties.headers["x-last-death-queue"] = .string("delay.transactional.5s")
            properties.headers["CC"] = .array([.string("promotional.shop.spring")])
            properties.headers["BCC"] = .array([.string("promotional.shop.spring")])
            properties.headers["mine"] = .string("x")
            properties.headers["traceparent"] = .string(trace)
            properties.expiration = "1000"
            properties.priority = 9
            properties.replyTo = "somewhere"
            properties.contentType = "application/json"
            properties.correlationID = "cart-9"
            properties.timestamp = 1_795_000_000
        }
        let publication = try letter.replay(at: Letters.now)
        #expect(publication.exchange == Exchange.requeue)
        #expect(publication.routingKey == "transactional")
        #expect(publication.isMandatory)
        let properties = publication.message.properties
        #expect(
            properties.headers == [
                "sb-app": .string("shop"), "sb-purpose": .string("order-shipped"), "sb-attempt": .int64(0),
                "sb-first-at": .string("2026-11-21T15:00:00.000Z"), "sb-reason": .string("replay"),
                "traceparent": .string(trace),
            ])
        #expect(properties.messageID == "order-17")
        #expect(properties.userID == "shop")
        #expect(properties.contentType == "application/json")
        #expect(properties.correlationID == "cart-9")
        #expect(properties.timestamp == 1_795_000_000)
        #expect(properties.deliveryMode == .persistent)
        #expect(properties.expiration == nil)
        #expect(properties.priority == nil)
        #expect(properties.replyTo == nil)
        #expect(publication.message.body == letter.message.body)
        #expect(ProgressHeaders(properties.headers)?.isReplay == true)
    }

    @Test("what the broker gave up, straight from the app or after a delay") func brokerMade() throws {
        let straight = try Letters.broker(Letters.death()).replay(at: Letters.now)
        #expect(straight.message.properties.headers["sb-purpose"] == .string("order-shipped"))
        var headers = Letters.death(exchange: Exchange.requeue, key: "transactional")
        headers["sb-app"] = .string("shop")
        headers["sb-purpose"] = .string("otp")
        let delayed = try Letters.broker(headers).replay(at: Letters.now)
        #expect(delayed.message.properties.headers["sb-purpose"] == .string("otp"))
    }

    @Test("nobody becomes another app") func otherApps() {
        #expect(refusal(Letters.worker { $0.userID = "bank" }) == "the routing key names another app than user_id")
        #expect(
            refusal(Letters.broker(Letters.death(key: "transactional.bank.otp")))
                == "the routing key names another app than user_id")
        var headers = Letters.death(exchange: Exchange.requeue, key: "transactional")
        headers["sb-app"] = .string("bank")
        headers["sb-purpose"] = .string("otp")
        #expect(refusal(Letters.broker(headers)) == "the routing key names another app than user_id")
        let older = ProgressHeaders(app: "bank", purpose: "otp", attempts: 1, firstAt: Letters.now, reason: "abandoned")
        #expect(
            refusal(Letters.broker(older.properties(republishing: MessageProperties()).headers))
                == "sb-app names another app than user_id")
        #expect(refusal(Letters.worker { $0.userID = nil }) == "user_id is missing: the broker vouches for no app")
        #expect(refusal(Letters.worker { $0.userID = "Shop!" }) == "user_id is not the name of an app")
    }

    @Test("what is not whole, or was never a message of its own, stays") func others() {
        #expect(refusal(Letters.worker(reason: DeadLetter.copy))?.hasPrefix("a copy") == true)
        let large = DeadLetter(
            Letters.delivery(Letters.death(), problem: .bodyTooLarge(size: 20 << 20)), from: "dead.promotional")
        #expect(refusal(large) == "the body is too large to be read")
        let deep = DeadLetter(Letters.delivery(problem: .headersTooDeep), from: "dead.promotional")
        #expect(refusal(deep)?.hasPrefix("the purpose is not known") == true)
        #expect(refusal(Letters.broker([:]))?.hasPrefix("the purpose is not known") == true)
    }

    @Test("what no queue took needs a class, and its key an app and a purpose") func unroutable() throws {
        let letter = Letters.unroutable("urgent.shop.otp")
        #expect(refusal(letter) == "the routing key names no class; choose one with --as-class")
        #expect(try letter.replay(as: .promotional, at: Letters.now).routingKey == "promotional")
        let named = try Letters.unroutable("transactional.shop.otp").replay(as: .promotional, at: Letters.now)
        #expect(named.routingKey == "transactional")
        #expect(refusal(Letters.unroutable("urgent.bank.otp"), as: .promotional)?.contains("another app") == true)
        #expect(refusal(Letters.unroutable("urgent"), as: .promotional)?.contains("purpose") == true)
    }
}
