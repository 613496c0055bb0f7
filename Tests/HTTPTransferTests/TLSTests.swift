import HTTPTransfer
import Testing

@Suite(
    "HTTP client: TLS", .timeLimit(.minutes(1)),
    .enabled(if: TLSTerminator.isAvailable, Comment(rawValue: TLSTerminator.requirement)))
struct TLSTests {
    private func post(_ url: String, _ body: String = "x=1") -> HTTPRequest {
        HTTPRequest(method: .post, url: url, body: Array(body.utf8))
    }

    private func answerAll(_ peer: PeerConnection) throws {
        while true {
            try peer.readRequest()
            try peer.answer("200 OK", "hello")
        }
    }

    @Test("a server with a certificate of a trusted authority, whatever it offers", arguments: ["", "http/1.1"])
    func trusted(protocols: String) async throws {
        try await withTLSServer(protocols: [protocols].filter { !$0.isEmpty }) {
            try answerAll($0)
        } _: { server, url, certificates in
            try await withClient {
                $0.caFile = certificates.authority
            } _: { client in
                for _ in 0..<3 {
                    let response = try await client.send(post(url))
                    #expect(response.body == Array("hello".utf8))
                }
            }
            #expect(server.requests.allSatisfy { $0.hasPrefix("POST / HTTP/1.1\r\n") && $0.hasSuffix("\r\n\r\nx=1") })
            #expect(server.connectionCount == 1)
        }
    }

    @Test("an authority that is not trusted, and a host that is another: nothing is sent") func untrusted() async throws
    {
        try await withTLSServer {
            try answerAll($0)
        } _: { server, url, certificates in
            let otherHost = url.replacing("localhost", with: "127.0.0.1")
            let cases = [(certificates.otherAuthority, url), (nil, url), (certificates.authority, otherHost)]
            for (authority, url) in cases {
                let error = try await withClient {
                    $0.caFile = authority
                } _: {
                    await failure(of: $0, post(url))
                }
                #expect(error?.code == .tls)
                #expect(error?.requestMayHaveBeenProcessed == false)
                #expect(error?.description.contains("certificate") == true)
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test("a server that does not speak TLS, or stops in the middle") func notTLS() async throws {
        for answer in ["HTTP/1.1 400 Bad Request\r\n\r\n", ""] {
            try await withServer { peer in
                _ = try peer.read(1)
                try peer.write(answer)
            } _: { server in
                let error = try await withClient { await failure(of: $0, post("https://127.0.0.1:\(server.port)")) }
                #expect(error?.code == .tls)
                #expect(error?.requestMayHaveBeenProcessed == false)
            }
        }
    }

    @Test(
        "a connection that breaks after the second request was read: seen once, outcome unknown",
        arguments: [0, 3, 2_000_000])
    func brokenReuse(size: Int) async throws {
        try await withTLSServer { peer in
            try peer.readRequest()
            try peer.answer()
            // The long one breaks while it is written.
            _ = try size < 100 ? peer.readRequest() : peer.readHead()
        } _: { server, url, certificates in
            try await withClient {
                $0.caFile = certificates.authority
            } _: { client in
                let first = try await status(of: client, post(url))
                #expect(first == 200)
                let error = try #require(await failure(of: client, post(url, String(repeating: "x", count: size))))
                #expect([.receive, .send].contains(error.code))
                #expect(error.requestMayHaveBeenProcessed)
                #expect(server.requests.count == (size < 100 ? 2 : 1))
            }
        }
    }

    @Test("fifty at once, before it is known what the server speaks") func concurrent() async throws {
        try await withTLSServer {
            try answerAll($0)
        } _: { server, url, certificates in
            try await withClient {
                $0.caFile = certificates.authority
                $0.maximumConnections = 10
            } _: { client in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<50 { group.addTask { try await status(of: client, post(url)) } }
                    for try await answered in group { #expect(answered == 200) }
                }
            }
            #expect(server.requests.count == 50)
            #expect(server.connectionCount <= 10)
        }
    }
}
