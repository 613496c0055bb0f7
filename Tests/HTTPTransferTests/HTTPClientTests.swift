import HTTPTransfer
import Testing

@Suite("HTTP client: answers", .timeLimit(.minutes(1))) struct HTTPClientTests {
    @Test("a POST arrives as it was given, and its answer comes back") func post() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer("201 Created", headers: ["X-Request-Id:  RQ1 ", "x-twice: a", "X-Twice: b"], "{\"sid\":1}")
        } _: { server in
            let request = HTTPRequest(
                method: .post, url: server.url + "/a/../b?c=d%20e",
                headers: [("Content-Type", "text/plain"), ("X-Empty", ""), ("Accept", "application/json")],
                body: Array("To=%2B1".utf8), credentials: ("AC1", "secret"))
            let response = try await withClient { try await $0.send(request) }
            #expect(response.status == 201)
            #expect(response.body == Array("{\"sid\":1}".utf8))
            #expect(response.header("x-request-id") == "RQ1")
            #expect(response.headers.map(\.name) == ["Content-Length", "X-Request-Id", "x-twice", "X-Twice"])
            #expect(response.headers.map(\.value) == ["9", "RQ1", "a", "b"])
            #expect(response.header("missing") == nil)
            let sent = try #require(server.requests.first)
            #expect(sent.hasPrefix("POST /a/../b?c=d%20e HTTP/1.1\r\n"))
            #expect(sent.hasSuffix("\r\n\r\nTo=%2B1"))
            #expect(sent.contains("\r\nAuthorization: Basic QUMxOnNlY3JldA==\r\n"))
            #expect(sent.contains("\r\nContent-Length: 7\r\n"))
            #expect(sent.contains("\r\nContent-Type: text/plain\r\n"))
            #expect(sent.contains("\r\nX-Empty:\r\n"))
            #expect(sent.contains("\r\nUser-Agent: Switchboard\r\n"))
            #expect(!sent.contains("Expect"))
        }
    }
}
