import FoundationEssentials
import HTTPTransfer
import Messaging
import Testing

@testable import Twilio

@Suite struct TwilioCarrierTests {
    private static let account = TwilioAccount(
        alias: "retail", sid: "AC" + String(repeating: "0a", count: 16), credentials: .authToken("secret-token"),
        authTokens: ["secret-token"], baseURL: "http://127.0.0.1:8082/")
    private static let sid = "SM" + String(repeating: "0a", count: 16)

    private func outcome(
        _ answer: Result<HTTPResponse, HTTPTransferError>, account: TwilioAccount = account
    ) async throws -> (outcome: CarrierOutcome, request: HTTPRequest) {
        let transport = ScriptedTransport(answer)
        let carrier = TwilioCarrier(account: account, transport: transport) {
            Date(timeIntervalSince1970: 1_000_000_000)
        }
        let outcome = await carrier.send(
            OutboundMessage(to: try Address("+15558675310"), channel: .sms, sender: .number("+15005550006"), body: "Hi")
        )
        #expect(transport.requests.count == 1)
        return (outcome, try #require(transport.requests.first))
    }

    private func outcome(
        _ status: Int, _ body: String, headers: [(name: String, value: String)] = []
    ) async throws -> CarrierOutcome {
        try await outcome(.success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))).outcome
    }

    @Test("the call is the API's: path, form, basic authentication")
    func request() async throws {
        let request = try await outcome(.success(HTTPResponse(status: 500))).request
        #expect(request.method == .post)
        #expect(request.url == "http://127.0.0.1:8082/2010-04-01/Accounts/\(Self.account.sid)/Messages.json")
        #expect(String(decoding: request.body, as: UTF8.self) == "To=%2B15558675310&From=%2B15005550006&Body=Hi")
        #expect(
            request.headers.contains {
                $0.name == "Content-Type" && $0.value == "application/x-www-form-urlencoded"
            })
        #expect(request.credentials?.user == Self.account.sid)
        #expect(request.credentials?.password == "secret-token")
        #expect(request.timeout == .seconds(30))
        #expect(request.startLimit == .seconds(2))
    }

    @Test("an API key calls in place of the token")
    func apiKey() async throws {
        var account = Self.account
        account.credentials = .apiKey(sid: "SK1", secret: "key-secret")
        let request = try await outcome(.success(HTTPResponse(status: 500)), account: account).request
        #expect(request.credentials?.user == "SK1")
        #expect(request.credentials?.password == "key-secret")
    }

    @Test("a success with a SID is accepted")
    func accepted() async throws {
        let body = #"{"account_sid":"AC1","sid":"\#(Self.sid)","status":"queued","error_code":null,"num_segments":"1"}"#
        #expect(try await outcome(201, body) == .accepted(Acceptance(sid: Self.sid, status: "queued")))
        let media = Self.sid.replacing("SM", with: "MM")
        #expect(
            try await outcome(200, #"{"sid":"\#(media)","status":"accepted"}"#)
                == .accepted(Acceptance(sid: media, status: "accepted")))
    }

    @Test(
        "a success that cannot be read is unknown: the message may be on its way",
        arguments: ["", "<html>", "{}", #"{"sid":"SM1","status":"queued"}"#, #"{"sid":17,"status":"queued"}"#, "[]"])
    func unreadableSuccess(body: String) async throws {
        #expect(try await outcome(201, body) == .unknown("HTTP 201 with a body that is no message with a SID"))
    }

    @Test("all three shapes of an error give its code")
    func errorShapes() async throws {
        for body in [
            #"{"code":21211,"message":"The 'To' number +1555 is not valid","more_info":"https://www.twilio.com/docs/errors/21211","status":400}"#,
            #"{"code":21211,"message":"…","httpStatusCode":400,"params":{},"userError":true}"#,
            #"{"type":"https://www.twilio.com/docs/api/errors/21211","title":"…","status":400,"detail":"…","errors":[]}"#,
            #"{"code":"21211"}"#,
        ] {
            guard case .refused(let refusal) = try await outcome(400, body) else {
                Issue.record("not refused: \(body)")
                continue
            }
            #expect(refusal.error == ErrorTable.shipped.advice(for: 21211, httpStatus: 400))
            #expect(refusal.reason == "HTTP 400, error 21211 Invalid 'To' Phone Number")
            #expect(!refusal.isRetryable)
        }
    }

    @Test("a refusal without a code is judged by its status", arguments: ["", "<html>", "[1]", #"{"code":null}"#, "{"])
    func withoutCode(body: String) async throws {
        guard case .refused(let refusal) = try await outcome(401, body) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.error?.code == 401)
        #expect(refusal.error?.category == .auth)
        #expect(refusal.reason == "HTTP 401 without an error code")
    }

    @Test("too many requests: refused, to be offered again when the provider says")
    func rateLimit() async throws {
        let body = #"{"code":20429,"message":"Too Many Requests","status":429}"#
        let date = "Sun, 09 Sep 2001 01:46:52 GMT"
        for (header, seconds) in [("7", 7), ("0", 0), (date, 12), ("999999", 86_400), ("soon", nil)]
            as [(String, Double?)]
        {
            guard case .refused(let refusal) = try await outcome(429, body, headers: [("retry-after", header)]) else {
                Issue.record("not refused")
                continue
            }
            #expect(refusal.isRetryable)
            #expect(refusal.retryAfter == seconds)
        }
    }

    @Test("a server error is unknown, unless its code says that nothing was processed")
    func serverErrors() async throws {
        #expect(try await outcome(500, "") == .unknown("HTTP 500 without an error code"))
        #expect(
            try await outcome(503, #"{"code":20503,"status":503}"#)
                == .unknown("HTTP 503, error 20503 Service unavailable"))
        guard case .refused(let refusal) = try await outcome(503, #"{"code":20429}"#) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.isRetryable)
    }

    @Test("status codes that say nothing certain are unknown", arguments: [100, 303, 304, 408, 600])
    func uncertain(status: Int) async throws {
        #expect(try await outcome(status, "") == .unknown("HTTP \(status)"))
    }

    @Test("a redirect is refused: the address is wrong", arguments: [301, 302, 307, 308])
    func redirects(status: Int) async throws {
        guard case .refused(let refusal) = try await outcome(status, "") else {
            Issue.record("not refused")
            return
        }
        #expect(!refusal.isRetryable)
        #expect(refusal.error?.category == .config)
    }

    @Test("a call without an answer is refused only when nothing of it left")
    func failures() async throws {
        let before = HTTPTransferError(code: .connect, requestMayHaveBeenProcessed: false)
        guard case .refused(let refusal) = try await outcome(.failure(before)).outcome else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.error == nil)
        #expect(refusal.isRetryable)
        let after = HTTPTransferError(code: .receive, requestMayHaveBeenProcessed: true)
        #expect(try await outcome(.failure(after)).outcome == .unknown(after.description))
    }

    @Test("neither account nor carrier shows a secret")
    func secrets() {
        var account = Self.account
        account.credentials = .apiKey(sid: "SK1", secret: "key-secret")
        let carrier = TwilioCarrier(account: account, transport: ScriptedTransport(.success(HTTPResponse(status: 200))))
        {
            Date()
        }
        var text = "\(account) \(String(reflecting: account)) \(carrier)"
        dump(account, to: &text)
        dump(carrier, to: &text)
        #expect(!text.contains("secret"))
        #expect(text.contains("retail"))
    }
}
