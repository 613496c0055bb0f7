import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Twilio

@testable import Simulator

@Suite("People who answer", .timeLimit(.minutes(5))) struct PeopleTests {
    private let replies = "/phones/%2B15558675310/replies"

    @Test("a reply is told, signed, to the webhook, and the answer is shown") func reply() async throws {
        let transport = RecordingTransport([.answered(status: 200, body: Array("<Response/>".utf8))])
        try await Bench.run(transport: transport) { bench async throws in
            _ = try await bench.send()
            let answer = try await bench.call(.post, replies, form: [("Body", "Grüße & Küsse")], credentials: nil)
            #expect(answer.status == .created)
            #expect(answer.text.contains(#""webhook":{"answer":"answered 200","status":200,"body":"<Response/>"}"#))
            let form = try #require(try await transport.forms(1).first)
            #expect(form["From"] == to && form["To"] == from && form["Body"] == "Grüße & Küsse")
            #expect(form["SmsStatus"] == "received" && form["NumMedia"] == "0" && form["NumSegments"] == "1")
            #expect(form["MessageSid"] == form["SmsMessageSid"] && form["MessageSid"] == form["SmsSid"])
            #expect(form["AccountSid"] == accountSID && form["FromCountry"] == "US" && form["FromCity"] == "")
            let post = try #require(await transport.posts.first)
            #expect(post.url == "http://127.0.0.1:1/twilio/inbound")
            #expect(
                WebhookSignature.verify(
                    url: post.url, params: form.fields, signature: post.header("X-Twilio-Signature"),
                    tokens: [authToken]
                ).isValid)
            // The account's log has it too.
            let list = try #require(try await bench.call(.get, messagesURI + "?From=%2B15558675310").json().messages)
            #expect(list.map(\.status) == ["received"])
        }
    }

    @Test("it goes to the last sender, or to the one that is named") func recipient() async throws {
        try await Bench.run { bench async throws in
            _ = try await bench.send(("From", "+15551112222"))
            _ = try await bench.send()
            _ = try await bench.call(.post, replies, form: [("Body", "a")], credentials: nil)
            _ = try await bench.call(.post, replies, form: [("Body", "b"), ("To", "+15551112222")], credentials: nil)
            #expect(try await bench.transport.forms(2).map { $0["To"] } == [from, "+15551112222"])
        }
    }

    @Test("a webhook that does not take it is told to the caller") func failure() async throws {
        try await Bench.run(transport: RecordingTransport([.answered(status: 503, body: [])])) { bench async throws in
            _ = try await bench.send()
            let answer = try await bench.call(.post, replies, form: [("Body", "a")], credentials: nil)
            #expect(answer.status == .badGateway)
            #expect(answer.text.contains("answered 503"))
        }
    }

    @Test("what cannot be a reply is refused") func refusals() async throws {
        try await Bench.run { bench async throws in
            func status(_ uri: String, _ form: [(String, String)]) async throws -> HTTPResponse.Status {
                try await bench.call(.post, uri, form: form, credentials: nil).status
            }
            #expect(try await status(replies, [("Body", "nobody wrote")]) == .badRequest)
            _ = try await bench.send()
            #expect(try await status(replies, []) == .badRequest)
            #expect(try await status(replies, [("Body", "")]) == .badRequest)
            #expect(try await status(replies, [("Body", String(repeating: "x", count: 1601))]) == .badRequest)
            #expect(try await status(replies, [("Body", String(repeating: "x", count: 70_000))]) == .contentTooLarge)
            for number in ["Ann", "%2B1", "%ff", "%2B15558675310%0A", "pager:%2B15558675310", "%"] {
                #expect(try await status("/phones/\(number)/replies", [("Body", "x")]) == .notFound)
            }
            let json = try await bench.client.execute(
                uri: replies, method: .post, headers: [.contentType: "application/json"],
                body: ByteBuffer(string: #"{"Body": "x"}"#))
            #expect(json.status == .unsupportedMediaType)
        }
    }

    @Test("STOP ends what a sender may send, START allows it again") func stop() async throws {
        try await Bench.run { bench async throws in
            _ = try await bench.send()
            _ = try await bench.call(.post, replies, form: [("Body", " stop ")], credentials: nil)
            // The application hears of it, and the person is told.
            #expect(try await bench.transport.forms(1).first?["Body"] == " stop ")
            let phone = await bench.exchange.phone(to, messages: 10)
            #expect(phone.messages.map(\.direction) == [.outboundAPI, .inbound, .outboundReply])
            #expect(phone.messages.last?.body == OptOutKeyword.stop.confirmation)
            #expect(phone.stopped == [from])
            let refused = try await bench.send()
            #expect(refused.status == .badRequest)
            #expect(try refused.json().code == 21610)
            #expect(try await bench.send(("From", "+15551112222")).status == .created)
            _ = try await bench.call(.post, replies, form: [("Body", "UNSTOP"), ("To", from)], credentials: nil)
            #expect(try await bench.send().status == .created)
        }
    }

    @Test("for a messaging service STOP covers whatever it sends") func service() async throws {
        try await Bench.run { bench async throws in
            let form = [("To", to), ("MessagingServiceSid", serviceSID), ("Body", "x")]
            _ = try await bench.call(.post, messagesURI, form: form)
            _ = try await bench.call(.post, replies, form: [("Body", "STOP")], credentials: nil)
            #expect(try await bench.transport.forms(1).first?["MessagingServiceSid"] == serviceSID)
            #expect(try await bench.call(.post, messagesURI, form: form).json().code == 21610)
            #expect(try await bench.send().status == .created)
        }
    }

    @Test("the default handling can be turned off") func withoutHandling() async throws {
        try await Bench.run(configure: { $0.handlesOptOuts = false }) { bench async throws in
            _ = try await bench.send()
            _ = try await bench.call(.post, replies, form: [("Body", "STOP")], credentials: nil)
            #expect(try await bench.send().status == .created)
            #expect(await bench.exchange.phone(to, messages: 10).messages.count == 3)
        }
    }

    @Test("another site's page cannot answer for anybody") func sameOrigin() async throws {
        try await Bench.run { bench async throws in
            _ = try await bench.send()
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let hostile: [HTTPFields] = [
                [.origin: "http://evil.example"], [.origin: "null"], [.origin: "http://localhost.evil.example"],
                [site: "cross-site"], [site: "same-site"], [site: "same-origin", .origin: "http://evil.example"],
            ]
            for headers in hostile {
                for uri in [replies, "/simulator/outcomes", "/simulator/latency"] {
                    let answer = try await bench.call(
                        .post, uri, form: [("Body", "x")], credentials: nil, headers: headers)
                    #expect(answer.status == .forbidden)
                }
                let wipe = try await bench.call(.delete, "/simulator/messages", credentials: nil, headers: headers)
                #expect(wipe.status == .forbidden)
            }
            for headers: HTTPFields in [[.origin: "http://localhost", site: "same-origin"], [site: "none"], [:]] {
                let answer = try await bench.call(
                    .post, replies, form: [("Body", "x")], credentials: nil, headers: headers)
                #expect(answer.status == .created)
            }
        }
    }

    @Test("nor one whose own name leads to this computer") func names() {
        let guardian = SameOriginOnly(host: "phones.example")
        for name in ["evil.example", "evil.example:8082", "127.0.0.1.evil.example", "localhost.evil.example:8082"] {
            #expect(!guardian.isOwnName(name))
        }
        for name in [
            "127.0.0.1", "127.0.0.1:8082", "[::1]:8082", "localhost:8082", "simulator:8082", "a.localhost",
            "Phones.Example:8082", nil,
        ] {
            #expect(guardian.isOwnName(name))
        }
    }
}
