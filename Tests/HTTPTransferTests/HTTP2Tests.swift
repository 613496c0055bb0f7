import HTTPTransfer
import Testing

@Suite(
    "HTTP client: HTTP/2", .timeLimit(.minutes(1)),
    .enabled(if: TLSTerminator.isAvailable, Comment(rawValue: TLSTerminator.requirement)))
struct HTTP2Tests {
    private func post(_ url: String, _ body: String = "x=1", timeout: Duration = .seconds(20)) -> HTTPRequest {
        HTTPRequest(method: .post, url: url, body: Array(body.utf8), timeout: timeout)
    }

    private func withHTTP2Server(
        _ script: @escaping @Sendable (HTTP2Peer) throws -> Void,
        _ body: (ScriptedServer, String, HTTPClient) async throws -> Void
    ) async throws {
        try await withTLSServer(protocols: ["h2", "http/1.1"]) { peer in
            try script(HTTP2Peer(peer))
        } _: { server, url, certificates in
            try await withClient {
                $0.caFile = certificates.authority
            } _: {
                try await body(server, url, $0)
            }
        }
    }

    @Test("many requests share one connection") func multiplexing() async throws {
        try await withHTTP2Server { peer in
            while true { try peer.answer(peer.readRequest()) }
        } _: { server, url, client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<80 { group.addTask { try await status(of: client, post(url, "body \(index)")) } }
                for try await answered in group { #expect(answered == 200) }
            }
            #expect(server.requests.count == 80)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("bodies larger than what may be in flight at once") func largeBodies() async throws {
        try await withHTTP2Server { peer in
            while true {
                let request = try peer.readRequestAndBody()
                try peer.answer(request.stream, request.body)
            }
        } _: { server, url, client in
            for size in [1, 65_535, 65_536, 700_000] {
                let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 251) }
                let response = try await client.send(HTTPRequest(method: .post, url: url, body: body))
                #expect(response.body == body)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("a client that does not offer it gets HTTP/1.1") func notOffered() async throws {
        try await withTLSServer(protocols: ["h2", "http/1.1"]) { peer in
            try peer.readRequest()
            try peer.answer()
        } _: { _, url, certificates in
            let answered = try await withClient {
                $0.caFile = certificates.authority
                $0.offersHTTP2 = false
            } _: {
                try await status(of: $0, post(url))
            }
            #expect(answered == 200)
        }
    }

    /// How a server ends a stream without an answer.
    enum End: CaseIterable {
        case refusedStream, resetStream, demandForHTTP11, goAwayBefore, goAwayForCause, close

        func act(_ peer: HTTP2Peer, _ stream: UInt32) throws {
            switch self {
            case .refusedStream: try peer.reset(stream, .refusedStream)
            case .resetStream: try peer.reset(stream, .internalError)
            case .demandForHTTP11: try peer.reset(stream, .http11Required)
            case .goAwayBefore: try peer.goAway(last: stream - 2, .none)
            case .goAwayForCause: return try peer.goAway(last: stream, .enhanceYourCalm)
            case .close: return
            }
            peer.peer.waitForEnd()
        }
    }

    /// libcurl would send most of these again: refused streams by themselves, and others since the connection was used
    /// before.
    @Test("a stream that ends without an answer: sent once, outcome unknown", arguments: End.allCases, ["x=1", ""])
    func unanswered(end: End, body: String) async throws {
        try await withHTTP2Server { peer in
            try peer.answer(peer.readRequest())
            try end.act(peer, peer.readRequest())
        } _: { server, url, client in
            let first = try await status(of: client, post(url))
            #expect(first == 200)
            let error = try #require(await failure(of: client, post(url, body, timeout: .seconds(3))))
            #expect(error.requestMayHaveBeenProcessed)
            #expect(server.requests.count == 2)
        }
    }

    @Test("a connection that breaks fails every request on it, each sent once") func brokenConnection() async throws {
        try await withHTTP2Server { peer in
            for _ in 0..<10 { _ = try peer.readRequest() }
        } _: { server, url, client in
            await withTaskGroup(of: HTTPTransferError?.self) { group in
                for _ in 0..<10 { group.addTask { await failure(of: client, post(url)) } }
                for await error in group { #expect(error?.requestMayHaveBeenProcessed == true) }
            }
            #expect(server.requests.count == 10)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("cancelling one request leaves the others on the connection") func cancellation() async throws {
        try await withHTTP2Server { peer in
            let streams = try (0..<3).map { _ in try peer.readRequest() }
            for stream in streams.reversed() { try peer.answer(stream) }
            peer.peer.waitForEnd()
        } _: { server, url, client in
            let kept = Task { try await status(of: client, post(url)) }
            await server.received(1)
            let cancelled = Task { await failure(of: client, post(url)) }
            await server.received(2)
            cancelled.cancel()
            let error = await cancelled.value
            #expect(error?.code == .cancelled)
            #expect(error?.requestMayHaveBeenProcessed == true)
            let later = try await status(of: client, post(url))
            #expect(later == 200)
            let answered = try await kept.value
            #expect(answered == 200)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("frames that are nonsense") func nonsense() async throws {
        try await withHTTP2Server { peer in
            _ = try peer.readRequest()
            try peer.peer.write([UInt8](repeating: 0xFF, count: 100))
        } _: { server, url, client in
            let error = try #require(await failure(of: client, post(url)))
            #expect(error.requestMayHaveBeenProcessed)
            #expect(server.requests.count == 1)
        }
    }
}
