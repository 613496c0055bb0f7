import HTTPTransfer
import Testing

@Suite("HTTP client: errors say nothing they should not", .timeLimit(.minutes(1))) struct SecrecyTests {
    private static let planted = "PLANTED"

    private func request(_ url: String, timeout: Duration? = nil) -> HTTPRequest {
        HTTPRequest(
            method: .post, url: url + "/\(Self.planted)/path?token=\(Self.planted)",
            headers: [("X-Key", Self.planted), ("Authorization", "Bearer \(Self.planted)")],
            body: Array(Self.planted.utf8), timeout: timeout)
    }

    private func check(
        _ error: HTTPTransferError?, names endpoint: String, sourceLocation: SourceLocation = #_sourceLocation
    )
        throws
    {
        let error = try #require(error, sourceLocation: sourceLocation)
        var text = "\(error) \(String(reflecting: error)) \(error.localizedText)"
        dump(error, to: &text)
        #expect(!text.contains(Self.planted), sourceLocation: sourceLocation)
        #expect(error.description.contains(endpoint), sourceLocation: sourceLocation)
    }

    @Test(
        "whatever the server does",
        arguments: [
            "", "\(planted)", "HTTP/1.1 200 OK\r\nX: \(planted)", "HTTP/9.9 \(planted)\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: \(planted)\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: \(planted)",
            "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n\(planted)",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(planted)\r\n",
        ])
    func answers(answer: String) async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.write(answer)
        } _: { server in
            let error = try await withClient { await failure(of: $0, request(server.url)) }
            try check(error, names: server.url)
        }
    }

    @Test("when there is no answer, no server and no such name") func connections() async throws {
        try await withServer {
            $0.waitForEnd()
        } _: { server in
            let late = try await withClient { await failure(of: $0, request(server.url, timeout: .milliseconds(50))) }
            try check(late, names: server.url)
            let tls = "https://127.0.0.1:\(server.port)"
            let handshake = try await withClient { await failure(of: $0, request(tls, timeout: .milliseconds(50))) }
            try check(handshake, names: tls)
        }
        for url in ["http://127.0.0.1:1", "http://192.0.2.1", "http://nobody.invalid"] {
            let error = try await withClient { await failure(of: $0, request(url)) }
            try check(error, names: url)
        }
    }

    @Test("when the request itself is refused") func refusals() async throws {
        var requests = [
            request("http://user:\(Self.planted)@127.0.0.1"), request("ftp://127.0.0.1"), request("http://[::1"),
        ]
        requests.append(HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-\(Self.planted)\n", Self.planted)]))
        requests.append(HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A", "\(Self.planted)\n")]))
        requests.append(HTTPRequest(url: "http://127.0.0.1:1/", credentials: ("\(Self.planted):", "\(Self.planted)\n")))
        for request in requests {
            let error = try await withClient { await failure(of: $0, request) }
            try check(error, names: "invalid request")
        }
    }

    @Test("when a proxy with a password fails") func proxies() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer("407 Proxy Authentication Required", headers: ["X: \(Self.planted)"], Self.planted)
        } _: { server in
            for proxy in ["127.0.0.1:\(server.port)", "127.0.0.1:1", "nobody.invalid:3128"] {
                let error = try await withClient {
                    $0.allowsAddress = nil
                    $0.proxy = "http://user-\(Self.planted):\(Self.planted)@\(proxy)"
                } _: {
                    await failure(of: $0, request("https://example.com"))
                }
                try check(error, names: "https://example.com")
            }
        }
    }
}

extension HTTPTransferError {
    /// What code that knows only `Error` prints.
    fileprivate var localizedText: String {
        let error: any Error = self
        return "\(error)"
    }
}
