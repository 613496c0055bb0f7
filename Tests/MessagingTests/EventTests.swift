import Foundation
import Messaging
import Testing

@Suite("Events") struct EventTests {
    private func event() -> Event {
        var message = MessageContext(
            messageID: "order-17", app: "shop", messageClass: .transactional, purpose: "order-shipped", channel: .sms,
            account: "retail", sender: "alerts", attempt: 1)
        message.metadata = ["quote": "\"\\\u{1}\n\u{2028}é", "a": "1"]
        var event = Event(
            id: "shop/order-17/delivered", name: .message(.delivered), subject: "order-17",
            time: Date(timeIntervalSince1970: 1_795_100_000.25), message: message)
        event.status = .delivered
        event.provider = Event.Provider(sid: "SM1", status: "delivered")
        event.recipient = RecipientReference(
            token: RecipientToken("ph_k1_abc"), masked: "+1********10", country: "US", id: "crm-42",
            address: "+15558675310")
        event.body = "Your order has shipped"
        event.clearDetails = ["from": "+15558675310"]
        return event
    }

    private func object(_ event: Event, _ audience: Audience) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(event.json(for: audience))) as? [String: Any])
    }

    @Test("the envelope and the data are the contract's") func fields() throws {
        let json = try object(event(), .redacted)
        #expect(json["type"] as? String == "switchboard.message.delivered.v1")
        #expect(json["source"] as? String == "/switchboard/retail")
        #expect(json["time"] as? String == "2026-11-19T14:53:20.250Z")
        let data = try #require(json["data"] as? [String: Any])
        #expect(data["isFinal"] as? Bool == true)
        #expect(data["rank"] as? Int == 60)
        #expect((data["metadata"] as? [String: String])?["quote"] == "\"\\\u{1}\n\u{2028}é")
        #expect(event().routingKey == "message.delivered.sms.transactional.shop")
    }

    @Test("address and body stand only in the clear form, under the same id") func audiences() throws {
        let redacted = String(decoding: event().json(for: .redacted), as: UTF8.self)
        #expect(!redacted.contains("5558675310"))
        #expect(!redacted.contains("Your order"))
        let clear = try object(event(), .clear)
        let data = try #require(clear["data"] as? [String: Any])
        #expect((data["recipient"] as? [String: Any])?["address"] as? String == "+15558675310")
        #expect(data["body"] as? String == "Your order has shipped")
        #expect(try object(event(), .redacted)["id"] as? String == clear["id"] as? String)
    }

    @Test("both texts of an event are what each audience would get alone, whatever is missing") func texts() throws {
        var bare = event()
        bare.recipient?.address = nil
        bare.clearDetails = [:]
        bare.body = nil
        for event in [event(), bare] {
            #expect(event.texts.redacted == event.json(for: .redacted))
            #expect(event.texts.clear == event.json(for: .clear))
            for audience in [Audience.redacted, .clear] { _ = try object(event, audience) }
        }
        #expect(bare.texts.redacted == bare.texts.clear)
    }

    @Test("unknown words of the routing key are none") func unknownWords() {
        let event = Event(
            id: "1", name: EventName(family: "bridge", name: "tick"), subject: "b", time: Date(),
            message: MessageContext(account: "none"))
        #expect(event.routingKey == "bridge.tick.none.none.none")
    }

    @Test("any text survives the writer", arguments: (0..<32).map { $0 })
    func writer(seed: Int) throws {
        var generator = Generator(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
        var scalars = String.UnicodeScalarView()
        for _ in 0..<200 {
            let value = generator.next() % 0x11_0000
            if let scalar = Unicode.Scalar(UInt32(seed % 2 == 0 ? value : value % 0x80)) { scalars.append(scalar) }
        }
        let text = String(scalars)
        var json = JSONText()
        json.pairs(nil, [text: text])
        let read = try JSONDecoder().decode([String: String].self, from: Data(json.bytes))
        #expect(read.first.map { Array($0.key.utf8) } == Array(text.utf8))
        #expect(read.first.map { Array($0.value.utf8) } == Array(text.utf8))
    }

    private struct Generator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }
}

@Suite("Statuses") struct MessageStatusTests {
    @Test("ranks order a message's life") func ranks() {
        let life: [MessageStatus] = [
            .deferred, .inDoubt, .accepted, .queued, .sending, .sent, .abandoned, .delivered, .read,
        ]
        #expect(life.map(\.rank) == life.map(\.rank).sorted())
        #expect(Set(life.map(\.rank)).count == life.count)
        #expect(MessageStatus.delivered.rank == 60)
    }

    @Test("final statuses are the contract's") func final() {
        let final = Set(MessageStatus.allCases.filter(\.isFinal))
        #expect(
            final == [
                .rejected, .blocked, .dropped, .refused, .abandoned, .delivered, .undelivered, .failed, .read,
                .canceled,
            ])
    }
}

@Suite("Instants") struct InstantTests {
    @Test(
        "RFC 3339 in, RFC 3339 out",
        arguments: [
            ("1970-01-01T00:00:00Z", 0.0), ("2000-02-29T23:59:59.999Z", 951_868_799.999),
            ("1969-12-31T23:59:59Z", -1), ("2026-11-21T15:00:00+05:30", 1_795_253_400),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ])
    func parse(text: String, seconds: Double) throws {
        let instant = try #require(parseRFC3339(text))
        #expect(abs(instant.timeIntervalSince1970 - seconds) < 0.000_01)
        #expect(parseRFC3339(formatRFC3339(instant)).map { abs($0.timeIntervalSince(instant)) < 0.0011 } == true)
    }

    @Test("agrees with Foundation over four centuries") func againstFoundation() throws {
        for day in stride(from: -80_000, through: 80_000, by: 37) {
            let instant = Date(timeIntervalSince1970: Double(day) * 86_400 + 45_296)
            #expect(
                formatRFC3339(instant) == instant.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
    }

    @Test(
        "everything else is refused",
        arguments: [
            "", "2026-11-21", "2026-11-21T15:00:00", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T15:00:00.Z", "2026-11-21 15:00:00Z", "2026-11-21T15:00:00+0530", "+026-11-21T15:00:00Z",
            "2026-11-21T15:00:00Zjunk", "２026-11-21T15:00:00Z",
        ])
    func refused(text: String) {
        #expect(parseRFC3339(text) == nil)
    }
}
