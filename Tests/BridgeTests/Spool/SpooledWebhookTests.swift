import Foundation
import Messaging
import Policy
import Testing

@testable import Bridge

@Suite("A webhook's events as they stand on disk") struct SpooledWebhookTests {
    private func events() throws -> [Event] {
        let bench = try Bench()
        var event = Event(
            id: "SM1/consent.revoked", name: EventName(family: "consent", name: "revoked"), subject: "SM1",
            time: bench.clock.now, message: MessageContext(app: "shop", channel: .sms, account: "default"))
        event.recipient = try bench.tokens.reference(for: Address(Bench.person))
        event.recipient?.address = Bench.person
        event.body = "Stop, please. 🙏"
        var traced = event
        traced.message.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        traced.id = ""
        return [event, traced]
    }

    @Test("what is read is what would have been published") func roundTrip() throws {
        let events = try events()
        for made in [events, [], [events[1]]] {
            let read = try #require(SpooledWebhook(SpooledWebhook(made).bytes))
            #expect(read.events == made.map(\.written))
        }
        let first = try #require(SpooledWebhook(SpooledWebhook(events).bytes)).events[0]
        #expect(first.texts.redacted == events[0].json(for: .redacted))
        #expect(first.texts.clear == events[0].json(for: .clear))
        #expect(first.routingKey == "consent.revoked.sms.none.shop")
        #expect(first.timestamp == 1_795_273_200)
    }

    @Test("what another version wrote, or what is cut anywhere, is not read") func unreadable() throws {
        let bytes = SpooledWebhook(try events()).bytes
        for length in bytes.indices { #expect(SpooledWebhook(Array(bytes[..<length])) == nil) }
        #expect(SpooledWebhook(bytes + [0]) == nil)
        #expect(SpooledWebhook([2] + bytes.dropFirst()) == nil)
        #expect(SpooledWebhook([1, 0xFF, 0xFF, 0xFF, 0xFF]) == nil)
        #expect(SpooledWebhook([1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1]) == nil)
    }

    @Test("times of receipt keep their microseconds and never run ahead") func stamps() {
        for seconds in [0, 1_795_273_200.123456, 1_795_273_200.9999999] {
            let time = Date(timeIntervalSince1970: seconds)
            let back = receiptTime(receiptStamp(time))
            #expect(back <= time && time.timeIntervalSince(back) < 0.000_002)
        }
        #expect(receiptStamp(Date(timeIntervalSince1970: -1)) == 0)
        #expect(receiptStamp(.distantFuture) == 9_000_000_000_000_000)
        #expect(receiptTime(.max) == receiptTime(9_000_000_000_000_000))
    }
}
