import FoundationEssentials
import HTTPTransfer
import Messaging
import Testing

@testable import Twilio

@Suite struct TwilioCarrierProbeTests {
    private func probe(
        _ answer: Result<HTTPResponse, HTTPTransferError>
    ) async throws -> (probe: AccountProbe, request: HTTPRequest) {
        let account = TwilioAccount(
            alias: "retail", sid: "AC" + String(repeating: "0a", count: 16), credentials: .authToken("t"),
            authTokens: ["t"])
        let transport = ScriptedTransport(answer)
        let carrier = TwilioCarrier(account: account, transport: transport) { Date(timeIntervalSince1970: 0) }
        let probe = await carrier.probe()
        return (probe, try #require(transport.requests.first))
    }

    private func probe(_ status: Int, _ body: String = "", date: String? = nil) async throws -> AccountProbe {
        let headers = date.map { [(name: "date", value: $0)] } ?? []
        return try await probe(.success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))).probe
    }

    @Test("a look lists one message and sends none")
    func request() async throws {
        let request = try await probe(.success(HTTPResponse(status: 200))).request
        #expect(request.method == .get)
        #expect(request.url.hasPrefix("https://api.twilio.com/2010-04-01/Accounts/AC"))
        #expect(request.url.hasSuffix("/Messages.json?PageSize=1"))
        #expect(request.body.isEmpty)
    }

    @Test("an account that may send is usable, and so are test credentials")
    func usable() async throws {
        #expect(
            try await probe(200, date: "Thu, 01 Jan 1970 00:00:07 GMT")
                == .usable(serverTime: Date(timeIntervalSince1970: 7)))
        #expect(try await probe(200, date: "today") == .usable(serverTime: nil))
        #expect(try await probe(403, #"{"code":20008}"#) == .usable(serverTime: nil))
    }

    @Test("a no is told with its advice, anything else as not reached")
    func refused() async throws {
        #expect(
            try await probe(401, #"{"code":20003}"#) == .refused(ErrorTable.shipped.advice(for: 20003, httpStatus: 401))
        )
        #expect(try await probe(403, "<html>") == .refused(ErrorTable.shipped.advice(for: 403, httpStatus: 403)))
        #expect(try await probe(503) == .unreachable("the provider answered 503"))
        #expect(try await probe(204) == .unreachable("the provider answered 204"))
        let failure = HTTPTransferError(code: .resolve, requestMayHaveBeenProcessed: false)
        #expect(try await probe(.failure(failure)).probe == .unreachable(failure.description))
    }
}
