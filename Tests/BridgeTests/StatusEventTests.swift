import Foundation
import Messaging
import Testing

@testable import Bridge

@Suite("Status callbacks as events") struct StatusEventTests {
    private func json(_ event: Event, _ audience: Audience = .redacted) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(event.json(for: audience)))
        return try #require((object as? [String: Any])?["data"] as? [String: Any])
    }

    @Test("a status of a message of ours, with all that its URL carried") func delivered() async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status()) == .taken)
        #expect(bench.broker.events.count == 1)
        let event = try #require(bench.broker.events.first)
        #expect(event.id == "\(Bench.message)/delivered")
        #expect(event.routingKey == "message.delivered.sms.transactional.shop")
        #expect(event.subject == "order-17")
        #expect(event.source == "/switchboard/default")
        #expect(event.time == bench.clock.now)
        #expect(event.provider == Event.Provider(sid: Bench.message, status: "delivered"))
        #expect(event.recipient?.token == bench.token)
        #expect(event.recipient?.address == Bench.person)
        #expect(event.error == nil)
        let data = try json(event)
        #expect(data["messageId"] as? String == "order-17")
        #expect(data["app"] as? String == "shop")
        #expect(data["purpose"] as? String == "order-shipped")
        #expect(data["sender"] as? String == "main")
        #expect(data["attempt"] as? Int == 2)
        #expect(data["correlationId"] as? String == "cart-9")
        #expect(data["metadata"] as? [String: String] == ["campaign": "spring"])
        #expect((data["recipient"] as? [String: Any])?["id"] as? String == "crm-42")
        #expect(data["isFinal"] as? Bool == true)
        #expect(data["rank"] as? Int == 60)
    }

    @Test("no address stands in the redacted event") func privacy() async throws {
        let bench = try Bench()
        for request in [
            Webhooks.status(), Webhooks.status("undelivered", errorCode: 30006), Webhooks.status(query: nil),
            Webhooks.status("failed", errorCode: 21610),
            Webhooks.status(
                "read", to: "whatsapp:" + Bench.person, changing: ["ChannelStatusMessage": "to \(Bench.person)"]),
        ] {
            #expect(await bench.take(request) == .taken)
        }
        #expect(bench.broker.events.count == 8)
        for event in bench.broker.events {
            #expect(!String(decoding: event.json(for: .redacted), as: UTF8.self).contains(Bench.person.dropFirst()))
            #expect(String(decoding: event.json(for: .clear), as: UTF8.self).contains(Bench.person))
        }
    }

    @Test(
        "every word of the provider, its rank and whether it is the end",
        arguments: [
            ("accepted", 10, false), ("scheduled", 15, false), ("queued", 20, false), ("sending", 30, false),
            ("sent", 40, false), ("undelivered", 55, true), ("failed", 55, true), ("canceled", 55, true),
            ("delivered", 60, true), ("read", 70, true), ("DELIVERED", 60, true),
        ]) func words(word: String, rank: Int, isFinal: Bool) async throws
    {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status(word)) == .taken)
        let event = try #require(bench.broker.events.first)
        #expect(event.id == "\(Bench.message)/\(word.lowercased())")
        let data = try json(event)
        #expect(data["status"] as? String == word.lowercased())
        #expect(data["rank"] as? Int == rank)
        #expect(data["isFinal"] as? Bool == isFinal)
    }

    @Test("a word that nobody knows is told, and is no status") func unknownWord() async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status("partially_delivered")) == .taken)
        let event = try #require(bench.broker.events.first)
        #expect(event.name.type == "switchboard.callback.message-status.v1")
        #expect(event.routingKey == "callback.message-status.sms.transactional.shop")
        #expect(event.status == nil)
        #expect(event.provider?.status == "partially_delivered")
    }

    @Test("an error has an event of its own beside the status") func error() async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status("undelivered", errorCode: 30006)) == .taken)
        let events = bench.broker.events
        #expect(
            events.map(\.routingKey) == [
                "message.undelivered.sms.transactional.shop", "error.30006.sms.transactional.shop",
            ])
        #expect(Set(events.map(\.id)).count == 2)
        for event in events { #expect((try json(event)["error"] as? [String: Any])?["code"] as? Int == 30006) }
        #expect(try json(events[1])["status"] == nil)
    }

    @Test("a callback without our query is the provider's message") func foreign() async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status(query: nil)) == .taken)
        let event = try #require(bench.broker.events.first)
        #expect(event.subject == Bench.message)
        #expect(event.routingKey == "message.delivered.sms.none.none")
        #expect(event.message.messageID == nil)
    }

    @Test(
        "a query that is not what we wrote is refused",
        arguments: [
            "account=default&id=order-17", "account=default&app=shop", "account=default&id=a&app=Shop",
            "account=default&id=a&app=shop&class=urgent", "account=default&id=a&app=shop&attempt=0",
            "account=default&id=a&app=shop&id=b", "account=default&id=a&app=shop&m.=x",
            "account=default&id=%FF&app=shop",
            "account=default&id=a&app=shop&attempt=99999999999999999999",
            "account=default&account=retail&id=a&app=shop",
        ]) func garbage(query: String) async throws
    {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status(query: query)).status == 400)
        #expect(bench.broker.events.isEmpty)
    }

    @Test("the channel is told by the address and the SID") func channels() async throws {
        let bench = try Bench()
        _ = await bench.take(Webhooks.status(to: "whatsapp:" + Bench.person))
        _ = await bench.take(Webhooks.status(changing: ["MessageSid": "MM" + String(repeating: "a", count: 32)]))
        #expect(bench.broker.events.map(\.message.channel) == [.whatsapp, .mms])
        #expect(bench.broker.events.first?.recipient?.token == bench.token)
    }

    /// Error code, sender, messaging service → the program that is revoked, if any.
    static let feedback: [(Int, String, String?, String?)] = [
        (21610, Bench.sender, nil, Bench.sender), (21610, Bench.sender, Bench.service, Bench.service),
        (30006, Bench.sender, nil, nil), (30003, Bench.sender, Bench.service, nil),
        // The network's own block of a toll-free number, and what the same code means elsewhere.
        (30004, "+18335550100", nil, "+18335550100"), (30004, "+18005550100", Bench.service, Bench.service),
        (30004, Bench.sender, nil, nil), (30004, "whatsapp:+18335550100", nil, nil), (30004, "12345", nil, nil),
    ]

    @Test("an opt-out that the provider knows of is a consent event", arguments: feedback)
    func revoked(code: Int, sender: String, service: String?, program: String?) async throws {
        let bench = try Bench()
        let answer = await bench.take(
            Webhooks.status(
                "undelivered", errorCode: code, from: sender,
                changing: service.map { ["MessagingServiceSid": $0] } ?? [:]))
        #expect(answer == .taken)
        let revoked = bench.broker.events.first { $0.name.family == "consent" }
        #expect(revoked?.consent?.program == program)
        guard let revoked else { return }
        #expect(revoked.name.type == "switchboard.consent.revoked.v1")
        #expect(revoked.id == "\(Bench.message)/consent.revoked")
        #expect(revoked.recipient?.token == bench.token)
        #expect(revoked.consent?.sender == sender)
        #expect(revoked.consent?.keyword == nil)
        #expect(revoked.consent?.evidence == "twilio:\(code):\(Bench.message)")
        #expect(revoked.consent?.at == bench.clock.now)
    }

    @Test("a consent event always names the person, or there is none", arguments: [nil, "", "carrier-pigeon:7"])
    func nobody(to: String?) async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status("failed", errorCode: 21610, to: to)) == .taken)
        #expect(bench.broker.names == ["message.failed", "error.21610"])
    }
}
