import FoundationEssentials
import HTTPTransfer
import Messaging
import Testing

@testable import Twilio

@Suite("Questions about messages, and their list") struct TwilioSourceTests {
    private static let now = Date(timeIntervalSince1970: 1_795_273_200)
    private static let account = TwilioAccount(
        alias: "retail", sid: "AC" + String(repeating: "0a", count: 16), credentials: .authToken("secret-token"),
        authTokens: ["secret-token"], baseURL: "http://127.0.0.1:8082/")
    private static let sid = "SM" + String(repeating: "0b", count: 16)
    private static let messages = "http://127.0.0.1:8082/2010-04-01/Accounts/\(account.sid)/Messages"

    private func carrier(_ transport: ScriptedTransport) -> TwilioCarrier {
        TwilioCarrier(account: Self.account, transport: transport) { Self.now }
    }

    private func answer(
        _ status: Int, _ body: String, _ headers: (name: String, value: String)...
    ) -> Result<HTTPResponse, HTTPTransferError> {
        .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    private func message(_ sid: String = TwilioSourceTests.sid) -> String {
        """
        {"sid": "\(sid)", "status": "received", "direction": "inbound", "from": "+15558675310", "to": "+15005550006",
         "body": "STOP", "messaging_service_sid": null, "num_segments": "1", "num_media": "2",
         "date_created": "Sat, 21 Nov 2026 14:59:00 +0000", "date_updated": null, "date_sent": null, "error_code": null}
        """
    }

    private func failure(of body: () async throws -> Void) async -> LookUpFailure? {
        do {
            try await body()
            return nil
        } catch {
            return error as? LookUpFailure
        }
    }

    @Test("one message by its SID, and how far the clocks are apart") func one() async throws {
        let transport = ScriptedTransport(
            answer(200, message(), (name: "Date", value: "Sat, 21 Nov 2026 15:01:00 GMT")))
        let found = try #require(try await carrier(transport).message(Self.sid))
        #expect(found.resource.sid == Self.sid)
        #expect(found.clockLead == 60)
        #expect(transport.requests.map(\.url) == ["\(Self.messages)/\(Self.sid).json"])
        #expect(transport.requests[0].method == .get)
    }

    @Test("the header tells whole seconds, so less than two are none", arguments: ["14:59:59", "15:00:01"])
    func noise(time: String) async throws {
        let transport = ScriptedTransport(answer(200, message(), (name: "Date", value: "Sat, 21 Nov 2026 \(time) GMT")))
        #expect(try await carrier(transport).message(Self.sid)?.clockLead == 0)
    }

    @Test("only the API's own word that there is no such message is believed") func unknown() async throws {
        #expect(try await carrier(ScriptedTransport(answer(404, #"{"code": 20404}"#))).message(Self.sid) == nil)
        #expect(try await carrier(ScriptedTransport(answer(403, #"{"code": 20008}"#))).message(Self.sid) == nil)
        for (answer, reason) in [
            (answer(404, "<html>"), "the provider answered 404"),
            (answer(401, #"{"code": 20003}"#), "the provider answered 401, error 20003"),
            (answer(200, "<html>"), "the provider answered with something that is not the message"),
            (
                answer(200, message("SM" + String(repeating: "0c", count: 16))),
                "the provider answered with something that is not the message"
            ),
        ] {
            let problem = await failure(of: { _ = try await carrier(ScriptedTransport(answer)).message(Self.sid) })
            #expect(problem == LookUpFailure(reason))
        }
    }

    @Test("a wish to wait is handed on") func retryAfter() async throws {
        let transport = ScriptedTransport(answer(429, #"{"code": 20429}"#, (name: "Retry-After", value: "7")))
        let problem = await failure(of: { _ = try await carrier(transport).page(.since(Self.now)) })
        #expect(problem == LookUpFailure("the provider answered 429, error 20429", retryAfter: 7))
    }

    @Test("what a hostile SID holds stays in the path") func hostileSID() async throws {
        let transport = ScriptedTransport(answer(404, #"{"code": 20404}"#))
        _ = try await carrier(transport).message("../x?y#z")
        #expect(transport.requests.map(\.url) == ["\(Self.messages)/..%2Fx%3Fy%23z.json"])
    }

    @Test("the list of a day and later, page by page") func list() async throws {
        let transport = ScriptedTransport(
            answer(200, #"{"messages": [\#(message())], "next_page_uri": "/2010-04-01/next?Page=1"}"#),
            answer(200, #"{"messages": [], "next_page_uri": null}"#))
        let carrier = carrier(transport)
        let first = try await carrier.page(.since(Self.now))
        #expect(first.messages.map(\.sid) == [Self.sid])
        #expect(first.messages.first?.mediaCount == 2)
        #expect(first.next == .next("/2010-04-01/next?Page=1"))
        #expect(try await carrier.page(try #require(first.next)).next == nil)
        #expect(
            transport.requests.map(\.url) == [
                "\(Self.messages).json?DateSent%3E=2026-11-21&PageSize=500",
                "http://127.0.0.1:8082/2010-04-01/next?Page=1",
            ])
    }

    @Test("test credentials have no list") func testCredentials() async throws {
        let page = try await carrier(ScriptedTransport(answer(403, #"{"code": 20008}"#))).page(.since(Self.now))
        #expect(page.messages.isEmpty)
        #expect(page.next == nil)
    }

    @Test("a list that leads away or to itself, or is none, is a failure") func badList() async throws {
        for next in ["//evil.example/x", "https://evil.example/x", "x"] {
            let transport = ScriptedTransport(answer(200, #"{"messages": [], "next_page_uri": "\#(next)"}"#))
            let problem = await failure(of: { _ = try await carrier(transport).page(.since(Self.now)) })
            #expect(problem == LookUpFailure("the list leads to another place"))
        }
        let transport = ScriptedTransport(answer(200, #"{"messages": [], "next_page_uri": "/a"}"#))
        #expect(
            await failure(of: { _ = try await carrier(transport).page(.next("/a")) })
                == LookUpFailure("the list leads to where it is"))
        let garbage = ScriptedTransport(answer(200, "[]"))
        #expect(
            await failure(of: { _ = try await carrier(garbage).page(.since(Self.now)) })
                == LookUpFailure("the provider answered with something that is no list of messages"))
    }

    @Test("a message of the list as the webhook would have told it") func inbound() throws {
        let resource = try JSONDecoder().decode(MessageResource.self, from: Data(message().utf8))
        let inbound = try #require(InboundMessage(resource, accountSID: Self.account.sid))
        let form = FormFields([
            .init("AccountSid", Self.account.sid), .init("MessageSid", Self.sid), .init("From", "+15558675310"),
            .init("To", "+15005550006"), .init("Body", "STOP"), .init("NumSegments", "1"),
        ])
        let told = try InboundMessage(form)
        #expect(inbound.mediaCount == 2)
        #expect(
            [inbound.messageSID, inbound.from, inbound.to, inbound.body]
                == [told.messageSID, told.from, told.to, told.body])
        #expect(inbound.messagingServiceSID == told.messagingServiceSID)
        #expect(inbound.channel == told.channel)
        let nobody = message().replacing("\"+15558675310\"", with: "null")
        let anonymous = try JSONDecoder().decode(MessageResource.self, from: Data(nobody.utf8))
        #expect(InboundMessage(anonymous, accountSID: Self.account.sid) == nil)
    }
}
