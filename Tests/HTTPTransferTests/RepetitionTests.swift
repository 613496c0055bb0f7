import HTTPTransfer
import Testing

/// libcurl sends a request again by itself when a connection that it used before breaks without an answer. A server
/// that acted on the first would act twice.
@Suite("HTTP client: nothing is sent twice", .timeLimit(.minutes(1))) struct RepetitionTests {
    /// A server that answers the first request on a connection and does `then` after it has read the second.
    private func withTreacherousServer(
        _ then: @escaping @Sendable (PeerConnection) throws -> Void, _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer()
            try peer.readRequest()
            try then(peer)
        } _: {
            try await body($0)
        }
    }

    @Test(
        "a connection that breaks after the second request was read: seen once, outcome unknown",
        arguments: [HTTPMethod.post, .put, .delete], [0, 3, 200_000])
    func closedAfterReading(method: HTTPMethod, size: Int) async throws {
        try await withTreacherousServer { _ in
        } _: { server in
            try await withClient { client in
                let body = [UInt8](repeating: 0x61, count: size)
                let request = HTTPRequest(method: method, url: server.url, body: body)
                let answered = try await status(of: client, request)
                #expect(answered == 200)
                let error = try #require(await failure(of: client, request))
                #expect(error.code == .receive)
                #expect(error.requestMayHaveBeenProcessed)
                #expect(server.requests.count == 2)
                // The client goes on.
                let answeredAgain = try await status(of: client, request)
                #expect(answeredAgain == 200)
                #expect(server.requests.count == 3)
            }
        }
    }

    @Test("the same with a reset instead of an orderly end") func resetAfterReading() async throws {
        try await withTreacherousServer {
            $0.reset()
        } _: { server in
            try await withClient { client in
                let request = HTTPRequest(method: .post, url: server.url, body: Array("x=1".utf8))
                _ = try await client.send(request)
                let error = try #require(await failure(of: client, request))
                #expect(error.requestMayHaveBeenProcessed)
                #expect(server.requests.count == 2)
            }
        }
    }

    @Test("a server that has vanished when libcurl would connect again: still unknown") func serverGone() async throws {
        try await withTreacherousServer {
            $0.stopServer()
        } _: { server in
            try await withClient { client in
                let request = HTTPRequest(method: .post, url: server.url, body: Array("x=1".utf8))
                _ = try await client.send(request)
                let error = try #require(await failure(of: client, request))
                #expect(error.code == .receive)
                #expect(error.requestMayHaveBeenProcessed)
            }
        }
    }

    @Test("a GET may be sent again") func get() async throws {
        try await withTreacherousServer { _ in
        } _: { server in
            try await withClient { client in
                for _ in 0..<2 {
                    let answered = try await status(of: client, HTTPRequest(url: server.url))
                    #expect(answered == 200)
                }
                #expect(server.requests.count == 3)
                #expect(server.connectionCount == 2)
            }
        }
    }

    @Test("a connection that the server closed while it was idle is not used again") func closedWhileIdle()
        async throws
    {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer()
            peer.endAndWaitUntilKnown()
        } _: { server in
            try await withClient { client in
                let request = HTTPRequest(method: .post, url: server.url, body: Array("x=1".utf8))
                for count in 1...20 {
                    let answered = try await status(of: client, request)
                    #expect(answered == 200)
                    await server.ended(count)
                }
                #expect(server.connectionCount == 20)
            }
        }
    }

    @Test("connections are used again") func reuse() async throws {
        try await withServer { peer in
            while true {
                try peer.readRequest()
                try peer.answer()
            }
        } _: { server in
            try await withClient { client in
                for _ in 0..<200 {
                    let request = HTTPRequest(method: .post, url: server.url, body: Array("x=1".utf8))
                    let answered = try await status(of: client, request)
                    #expect(answered == 200)
                }
                #expect(server.connectionCount == 1)
                #expect(server.requests.count == 200)
            }
        }
    }
}
