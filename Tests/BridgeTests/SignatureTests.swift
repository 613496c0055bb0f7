import Messaging
import Testing
import Twilio

@testable import Bridge

@Suite("Who signed a webhook") struct SignatureTests {
    @Test("any live token of the account", arguments: Bench.account.authTokens) func tokens(token: String) async throws
    {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status(token: token)) == .taken)
        #expect(await bench.take(Webhooks.inbound("Hi", token: token)) == .takenWithTwiML)
    }

    @Test("nobody else", arguments: ["token-retail", "token", "", "token-new "]) func wrongToken(token: String)
        async throws
    {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status(token: token)).status == 403)
        #expect(bench.broker.events.isEmpty)
    }

    @Test(
        "a signature that is missing or is none", arguments: [nil, "", "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=, x"])
    func missing(signature: String?) async throws {
        let bench = try Bench()
        var request = Webhooks.status()
        request.signature = signature
        let answer = await bench.take(request)
        #expect(answer.status == 403)
        #expect(answer.reason?.contains("signature") == true)
    }

    @Test("every byte of path, query and form is signed") func changed() async throws {
        let bench = try Bench()
        let good = Webhooks.status()
        for change: (inout WebhookRequest) -> Void in [
            { $0.query = $0.query?.replacing("order-17", with: "order-18") },
            { $0.query = $0.query.map { $0 + "&x=1" } }, { $0.query = nil },
            { $0.body += Array("&x=1".utf8) }, { $0.body.removeLast() },
            { $0.path = "/twilio/inbound" },
        ] {
            var request = good
            change(&request)
            #expect(await bench.take(request).status == 403)
        }
        #expect(await bench.take(good) == .taken)
    }

    @Test("the account that the query names, else the one with the form's SID") func accounts() async throws {
        let bench = try Bench()
        let other = ["AccountSid": Bench.other.sid]
        // By the query.
        #expect(
            await bench.take(
                Webhooks.status(
                    query: Webhooks.ownQuery(account: "retail"), changing: other, token: "token-retail")) == .taken)
        #expect(bench.broker.events.last?.source == "/switchboard/retail")
        // By the form.
        #expect(await bench.take(Webhooks.status(query: nil, changing: other, token: "token-retail")) == .taken)
        #expect(bench.broker.events.last?.source == "/switchboard/retail")
        #expect(await bench.take(Webhooks.inbound("Hi", changing: other, token: "token-retail")).status == 200)
        // With the wrong one's token.
        #expect(await bench.take(Webhooks.status(query: nil, changing: other)).status == 403)
        #expect(
            await bench.take(Webhooks.status(query: Webhooks.ownQuery(account: "retail"), changing: other)).status
                == 403)
    }

    @Test("the form's account must be the one that signed") func foreignAccount() async throws {
        let bench = try Bench()
        let foreign = ["AccountSid": Bench.other.sid]
        let answer = await bench.take(Webhooks.status(changing: foreign))
        #expect(answer.status == 403)
        #expect(answer.reason == "AccountSid is not the account's")
        #expect(bench.broker.events.isEmpty)
    }

    @Test("an account that is not configured") func unknownAccount() async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status(query: Webhooks.ownQuery(account: "gone"))).status == 403)
        let unknown = ["AccountSid": "AC" + String(repeating: "9", count: 32)]
        #expect(await bench.take(Webhooks.status(query: nil, changing: unknown)).status == 403)
        #expect(await bench.take(Webhooks.status(query: "account=", changing: [:])).status == 403)
        #expect(await bench.take(Webhooks.status(query: nil, changing: ["AccountSid": nil])).status == 403)
    }

    @Test("a callback that names no account belongs to the only one") func onlyAccount() async throws {
        var bench = try Bench()
        let request = Webhooks.json("/twilio/callbacks/verify", #"{"sid": "VE1"}"#)
        #expect(await bench.take(request).status == 403)
        bench.configuration.accounts = [Bench.account]
        #expect(await bench.take(request) == .taken)
        #expect(bench.broker.events.last?.source == "/switchboard/default")
    }

    @Test("an account without tokens takes nothing") func noTokens() async throws {
        var bench = try Bench()
        bench.configuration.accounts = [
            BridgeConfiguration.Account(alias: "default", sid: Bench.account.sid, authTokens: [])
        ]
        #expect(await bench.take(Webhooks.status(token: "")).status == 403)
    }

    @Test("JSON is what its digest in the signed query says") func json() async throws {
        let bench = try Bench()
        let path = "/twilio/callbacks/video"
        #expect(await bench.take(Webhooks.json(path, query: "account=default", #"{"a": 1}"#)) == .taken)
        let wrong = await bench.take(
            Webhooks.json(path, query: "account=default", #"{"a": 1}"#, digestOf: #"{"a": 2}"#))
        #expect(wrong.status == 403)
        #expect(wrong.reason?.contains("bodySHA256") == true)
        var without = Webhooks.form(path, query: "account=default", [])
        without.contentType = "application/json"
        without.body = Array("{}".utf8)
        #expect(await bench.take(without).status == 403)
        #expect(bench.broker.events.count == 1)
    }

    @Test("the port and the user that the provider leaves out or adds") func spellings() async throws {
        let bench = try Bench()
        for url in ["https://bridge.test:443/twilio/status"] {
            let request = Webhooks.form(
                "/twilio/status",
                [("AccountSid", Bench.account.sid), ("MessageSid", Bench.message), ("MessageStatus", "sent")],
                url: url)
            #expect(await bench.take(request) == .taken)
        }
        let elsewhere = Webhooks.form(
            "/twilio/status",
            [("AccountSid", Bench.account.sid), ("MessageSid", Bench.message), ("MessageStatus", "sent")],
            url: "https://evil.test/twilio/status")
        #expect(await bench.take(elsewhere).status == 403)
    }

    @Test(
        "the provider may know a route by another URL, which may have a query of its own",
        arguments: [
            ("https://hooks.test/a", "https://hooks.test/a?account=default", "account=default"),
            (
                "https://hooks.test/a?tenant=1", "https://hooks.test/a?tenant=1&account=default",
                "tenant=1&account=default"
            ),
            ("https://hooks.test/a?tenant=1", "https://hooks.test/a?tenant=1", "tenant=1"),
            // A proxy that keeps the query for itself.
            ("https://hooks.test/a?tenant=1", "https://hooks.test/a?tenant=1&account=default", "account=default"),
            ("https://hooks.test/a?tenant=1", "https://hooks.test/a?tenant=1", nil),
        ] as [(String, String, String?)]) func overrides(base: String, signed: String, query: String?) async throws
    {
        var bench = try Bench()
        bench.configuration.statusCallbackURL = base
        bench.configuration.inboundWebhookURL = base
        for path in ["/twilio/status", "/twilio/inbound"] {
            let fields = [
                ("AccountSid", Bench.account.sid), ("MessageSid", Bench.message), ("MessageStatus", "sent"),
                ("From", Bench.person), ("To", Bench.sender),
            ]
            var request = Webhooks.form(path, fields, url: signed)
            request.query = query
            #expect((200...204).contains(await bench.take(request).status))
            #expect(await bench.take(Webhooks.form(path, query: query, fields)).status == 403)
        }
    }
}
