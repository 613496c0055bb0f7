import Testing
import Twilio

@testable import Bridge

@Suite("The order of a webhook's checks: type, readable, signature, content, confirm") struct OrderOfChecksTests {
    /// What is wrong with a status callback, in the order in which it must be found.
    static let flaws: [(Int, @Sendable (inout WebhookRequest) -> Void)] = [
        (415, { $0.contentType = "text/plain" }),
        (400, { $0.body = Array("MessageStatus=%ZZ".utf8) }),
        (403, { $0.signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }),
    ]

    @Test("the first flaw in this order is the one that is answered", arguments: 0..<3)
    func order(first: Int) async throws {
        let bench = try Bench()
        bench.broker.set(.confirmsOnly(0))
        var request = Webhooks.status(changing: ["MessageSid": "nonsense"])
        for (_, spoil) in Self.flaws[first...] { spoil(&request) }
        #expect(await bench.take(request).status == Self.flaws[first].0)
        #expect(bench.broker.events.isEmpty)
        #expect(bench.ledger.questions.isEmpty)
    }

    @Test("then the content, then the broker") func contentThenBroker() async throws {
        let bench = try Bench()
        bench.broker.set(.confirmsOnly(0))
        let unreadable = await bench.take(Webhooks.status(changing: ["MessageSid": "nonsense"]))
        #expect(unreadable.status == 400)
        #expect(unreadable.reason == "MessageSid is not SM or MM and 32 hexadecimal digits")
        let unconfirmed = await bench.take(Webhooks.status())
        #expect(unconfirmed.status == 503)
        #expect(unconfirmed.reason == "the broker is away")
        bench.broker.set(.confirms)
        #expect(await bench.take(Webhooks.status()) == .taken)
    }

    @Test(
        "content types, by path",
        arguments: [
            ("/twilio/status", "application/x-www-form-urlencoded", true),
            ("/twilio/status", "Application/X-WWW-Form-URLencoded ; charset=UTF-8", true),
            ("/twilio/status", "application/json", false), ("/twilio/inbound", "application/json", false),
            ("/twilio/inbound", "multipart/form-data; boundary=x", false), ("/twilio/status", "text/plain", false),
            ("/twilio/status", "", false), ("/twilio/status", nil, false),
            ("/twilio/callbacks/verify", "application/json", true),
            ("/twilio/callbacks/verify", "Application/JSON ; charset=utf-8", true),
            ("/twilio/callbacks/verify", "application/cloudevents+json; charset=UTF-8", true),
            ("/twilio/callbacks/verify", "application/x-www-form-urlencoded", true),
            ("/twilio/callbacks/verify", "text/json", false), ("/twilio/callbacks/verify", nil, false),
        ] as [(String, String?, Bool)]) func types(path: String, type: String?, isTaken: Bool) async throws
    {
        let bench = try Bench()
        let request = WebhookRequest(path: path, query: nil, contentType: type, signature: nil, body: [])
        #expect((await bench.take(request).status == 415) == !isTaken)
    }

    @Test("no answer and no reason shows a person's number or text") func privacy() async throws {
        let bench = try Bench()
        let secrets = [Bench.person, "STOP everything", "token-new"]
        var requests = [Webhooks.inbound("STOP everything", changing: ["MessageSid": Bench.person])]
        requests.append(Webhooks.inbound("STOP everything", changing: ["NumMedia": Bench.person]))
        requests.append(Webhooks.inbound("STOP everything", token: "wrong"))
        requests.append(Webhooks.status(query: "id=\(Bench.person)&app=shop&account=default"))
        requests.append(Webhooks.status(query: "account=" + Bench.person))
        var unreadable = Webhooks.inbound("x")
        unreadable.body = Array("\(Bench.person)=%F".utf8)
        requests.append(unreadable)
        for request in requests {
            let reason = try #require(await bench.take(request).reason)
            for secret in secrets { #expect(!reason.contains(secret)) }
        }
    }
}
