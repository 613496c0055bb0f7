import FoundationEssentials
import HTTPTransfer
import Messaging
import Testing

@testable import Twilio

@Suite("A look at the list of messages") struct TwilioLookUpTests {
    private static let now = Date(timeIntervalSince1970: 1_795_273_200)
    private static let account = TwilioAccount(
        alias: "retail", sid: "AC" + String(repeating: "0a", count: 16), credentials: .authToken("secret-token"),
        authTokens: ["secret-token"], baseURL: "http://127.0.0.1:8082")

    private func sid(_ number: Int) -> String {
        let digits = String(number)
        return "SM" + String(repeating: "0", count: 32 - digits.count) + digits
    }

    private func mail(_ instant: Date) -> String {
        let text = formatRFC3339(instant)
        return "Sat, \(text.dropFirst(8).prefix(2)) Nov 2026 \(text.dropFirst(11).prefix(8)) +0000"
    }

    /// A message of the list, so many seconds old.
    private func listed(
        _ number: Int, age: Double, body: String = "Hi", from: String = "+15005550006", to: String = "+15558675310",
        service: String? = nil, direction: String = "outbound-api"
    ) -> String {
        """
        {"sid": "\(sid(number))", "status": "sent", "direction": "\(direction)", "from": "\(from)", "to": "\(to)",
         "body": "\(body)", "messaging_service_sid": \(service.map { "\"\($0)\"" } ?? "null"), "num_segments": "1",
         "date_created": "\(mail(Self.now.addingTimeInterval(-age)))", "date_sent": null}
        """
    }

    private func page(
        _ messages: [String], next: String? = nil, skew: Double = 0
    ) -> Result<HTTPResponse, HTTPTransferError> {
        let body = """
            {"messages": [\(messages.joined(separator: ","))], "next_page_uri": \(next.map { "\"\($0)\"" } ?? "null")}
            """
        return .success(
            HTTPResponse(
                status: 200, headers: [(name: "Date", value: mail(Self.now.addingTimeInterval(skew)))],
                body: Array(body.utf8)))
    }

    private func lookUp(
        _ transport: ScriptedTransport, sender: Sender = .number("+15005550006"), age: Double = 300,
        change: (inout OutboundMessage) -> Void = { _ in }
    ) async throws -> LookUp {
        var message = OutboundMessage(to: try Address("+15558675310"), channel: .sms, sender: sender, body: "Hi")
        change(&message)
        let carrier = TwilioCarrier(account: Self.account, transport: transport) { Self.now }
        return await carrier.lookUp(message, since: Self.now.addingTimeInterval(-age))
    }

    private func found(_ number: Int, _ hasSameText: Bool = true, age: Double? = nil) -> ListedMessage {
        ListedMessage(
            acceptance: Acceptance(sid: sid(number), status: "sent"), hasSameText: hasSameText,
            takenAt: Self.now.addingTimeInterval(-(age ?? Double(number))))
    }

    @Test("asks by the recipient alone, and names those from our sender") func byRecipient() async throws {
        let transport = ScriptedTransport(
            page([
                listed(1, age: 1), listed(2, age: 2, from: "+15005550007"), listed(3, age: 3, to: "+15558675311"),
                listed(4, age: 4, direction: "inbound"), listed(5, age: 5, body: "Other"),
                listed(6, age: 6, body: "Sent from your trial account - Hi"),
            ]))
        #expect(try await lookUp(transport) == .listed([found(1), found(5, false), found(6)]))
        #expect(
            transport.requests.map(\.url) == [
                "http://127.0.0.1:8082/2010-04-01/Accounts/\(Self.account.sid)/Messages.json?To=%2B15558675310&PageSize=50"
            ])
        #expect(transport.requests[0].method == .get)
    }

    @Test("what a person was answered is none of ours") func replies() async throws {
        let answer = listed(1, age: 1, body: "You are unsubscribed", direction: "outbound-reply")
        #expect(try await lookUp(ScriptedTransport(page([answer]))) == .listed([]))
        #expect(try await lookUp(ScriptedTransport(page([answer, listed(2, age: 2)]))) == .listed([found(2)]))
    }

    @Test("a messaging service is told by its SID, since it picks the number") func service() async throws {
        let service = "MG" + String(repeating: "1", count: 32)
        let transport = ScriptedTransport(
            page([listed(1, age: 1, from: "+15005550007", service: service), listed(2, age: 2)]))
        #expect(try await lookUp(transport, sender: .messagingService(service)) == .listed([found(1)]))
    }

    @Test("reads to the end, whatever the list is ordered by") func pages() async throws {
        let transport = ScriptedTransport(
            page([listed(1, age: 361), listed(2, age: 500)], next: "/2010-04-01/next?Page=1"),
            page([listed(3, age: 299)], next: "/2010-04-01/next?Page=2"), page([listed(4, age: 359)]))
        #expect(try await lookUp(transport) == .listed([found(3, age: 299), found(4, age: 359)]))
        #expect(transport.requests.count == 3)
        #expect(transport.requests[1].url == "http://127.0.0.1:8082/2010-04-01/next?Page=1")
    }

    @Test("of a list that goes on and on, the last page must have nothing but what is older", arguments: [true, false])
    func longList(_ isPast: Bool) async throws {
        let next = "/2010-04-01/next"
        let pages = (1...20).map { page([listed($0, age: $0 == 20 && isPast ? 361 : 10)], next: next) }
        let answer = try await lookUp(ScriptedTransport(pages))
        if isPast {
            #expect(answer == .listed((1...19).map { found($0, age: 10) }))
        } else {
            #expect(answer == .unavailable("the list has more than 20 pages"))
        }
    }

    @Test("goes by the provider's clock") func skew() async throws {
        let transport = ScriptedTransport(page([listed(1, age: 900)], skew: -600))
        #expect(try await lookUp(transport) == .listed([found(1, age: 300)]))
    }

    @Test("a text that the provider may have changed is not taken for ours") func changedText() async throws {
        for change: (inout OutboundMessage) -> Void in [
            { $0.shortenLinks = true }, { $0.body = nil },
        ] {
            let transport = ScriptedTransport(page([listed(1, age: 1)]))
            #expect(try await lookUp(transport, change: change) == .listed([found(1, false)]))
        }
    }

    @Test("what cannot be relied on is no list") func unavailable() async throws {
        let failure = HTTPTransferError(code: .timeout, requestMayHaveBeenProcessed: true)
        let endless = page([listed(1, age: 1)], next: "/2010-04-01/next")
        for (transport, part) in [
            (ScriptedTransport(.failure(failure)), "processed"),
            (ScriptedTransport(.success(HTTPResponse(status: 503))), "503"),
            (ScriptedTransport(.success(HTTPResponse(status: 200, body: Array("<html>".utf8)))), "no list"),
            (ScriptedTransport(page([listed(1, age: 1)], next: "//evil.example/x")), "another place"),
            (ScriptedTransport(page([listed(1, age: 1)], next: "https://evil.example/x")), "another place"),
            (ScriptedTransport(endless), "pages"),
            (ScriptedTransport(page([#"{"sid": "\#(sid(1))", "status": "sent"}"#])), "without a date"),
        ] {
            guard case .unavailable(let reason) = try await lookUp(transport) else {
                Issue.record("a list: \(part)")
                continue
            }
            #expect(reason.contains(part), "\(reason)")
            #expect(!reason.contains("5558675310"))
            #expect(transport.requests.allSatisfy { $0.url.hasPrefix("http://127.0.0.1:8082/") })
        }
    }
}
