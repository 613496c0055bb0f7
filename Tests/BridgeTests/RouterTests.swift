import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Messaging
import Testing

@testable import Bridge

@Suite("Routes") struct RouterTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func send(
        _ bench: Bench, _ request: WebhookRequest, method: HTTPRequest.Method = .post, uri: String? = nil
    ) async throws -> TestResponse {
        let application = Application(router: webhookRouter(bench.intake, logger: logger), logger: logger)
        var headers = HTTPFields()
        if let type = request.contentType { headers[.contentType] = type }
        if let signature = request.signature, let name = HTTPField.Name("X-Twilio-Signature") {
            headers[name] = signature
        }
        // What a stranger may say of the way here is never believed.
        if let name = HTTPField.Name("X-Forwarded-Host") { headers[name] = "evil.test" }
        if let name = HTTPField.Name("X-Forwarded-Proto") { headers[name] = "http" }
        let uri = uri ?? request.path + (request.query.map { "?" + $0 } ?? "")
        let sent = headers
        return try await application.test(.router) { client in
            try await client.execute(
                uri: uri, method: method, headers: sent, body: ByteBuffer(bytes: request.body)
            ) { $0 }
        }
    }

    @Test("a status callback: 204 and nothing else") func status() async throws {
        let bench = try Bench()
        let response = try await send(bench, Webhooks.status())
        #expect(response.status == .noContent)
        #expect(response.body.readableBytes == 0)
        #expect(bench.broker.names == ["message.delivered"])
    }

    @Test("a person's message: 200 and an empty TwiML answer, so that nobody replies") func inbound() async throws {
        let bench = try Bench()
        let response = try await send(bench, Webhooks.inbound("STOP"))
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/xml")
        #expect(String(buffer: response.body) == "<Response/>")
        #expect(bench.broker.names == ["consent.revoked", "inbound.received"])
    }

    @Test(
        "other callbacks by their names", arguments: ["verify", "video-room", "a", String(repeating: "a", count: 32)])
    func callbacks(name: String) async throws {
        let bench = try Bench()
        let response = try await send(
            bench, Webhooks.json("/twilio/callbacks/\(name)", query: "account=default", "{}"))
        #expect(response.status == .noContent)
        #expect(bench.broker.names == ["callback.\(name)"])
    }

    @Test(
        "names that could not stand in a routing key, and paths that are none of ours",
        arguments: [
            "/twilio/callbacks/Verify", "/twilio/callbacks/a.b", "/twilio/callbacks/a%2Eb", "/twilio/callbacks/%61",
            "/twilio/callbacks/a%00b", "/twilio/callbacks/" + String(repeating: "a", count: 33), "/twilio/callbacks/",
            "/twilio/callbacks", "/twilio/callbacks/a/b", "/twilio/Status", "/twilio", "/", "/twilio/status/x",
            "//twilio//..//status",
        ]) func notFound(path: String) async throws
    {
        let bench = try Bench()
        let response = try await send(bench, Webhooks.status(), uri: path)
        #expect(response.status == .notFound)
        #expect(bench.broker.events.isEmpty)
    }

    @Test("only POST", arguments: [HTTPRequest.Method.get, .put, .delete, .head, .patch])
    func methods(method: HTTPRequest.Method) async throws {
        let bench = try Bench()
        for request in [Webhooks.status(), Webhooks.inbound("STOP")] {
            #expect(try await send(bench, request, method: method).status == .notFound)
        }
        #expect(bench.broker.events.isEmpty)
    }

    @Test("64 KiB are read, and not a byte more", arguments: [0, 1]) func size(over: Int) async throws {
        let bench = try Bench()
        let path = "/twilio/callbacks/big"
        let request = Webhooks.json(
            path, query: "account=default", String(repeating: "x", count: WebhookIntake.maximumBody + over))
        let response = try await send(bench, request)
        #expect(response.status == (over == 0 ? .noContent : .contentTooLarge))
        #expect(bench.broker.events.count == 1 - over)
        if over > 0 { #expect(String(buffer: response.body) == "the body has more than 65536 bytes\n") }
    }

    @Test("a megabyte is refused before anything else is looked at") func megabyte() async throws {
        let bench = try Bench()
        let request = WebhookRequest(
            path: "/twilio/status", query: nil, contentType: nil, signature: nil,
            body: Array(repeating: 0x61, count: 1 << 20))
        #expect(try await send(bench, request).status == .contentTooLarge)
    }

    @Test("a refusal says why, in plain text") func refusal() async throws {
        let bench = try Bench()
        let response = try await send(bench, Webhooks.status(token: "wrong"))
        #expect(response.status == .forbidden)
        #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(
            String(buffer: response.body) == "no spelling of the URL has this signature with any of the tokens\n")
        bench.broker.set(.confirmsOnly(0))
        #expect(try await send(bench, Webhooks.status()).status == .serviceUnavailable)
        var unreadable = Webhooks.status()
        unreadable.body = Array("a=%F".utf8)
        #expect(try await send(bench, unreadable).status == .badRequest)
        #expect(
            try await send(bench, Webhooks.json("/twilio/status", "{}")).status == .unsupportedMediaType)
    }
}
