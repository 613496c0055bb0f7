import Foundation
import HTTPTransfer
import Testing

@Suite("HTTP client: limits of time", .timeLimit(.minutes(1))) struct TimeoutTests {
    private func post(_ url: String, timeout: Duration? = nil, startLimit: Duration? = nil) -> HTTPRequest {
        HTTPRequest(method: .post, url: url, body: Array("x=1".utf8), timeout: timeout, startLimit: startLimit)
    }

    @Test("a server that never answers: the request may have been processed") func noAnswer() async throws {
        try await withServer { peer in
            try peer.readRequest()
            peer.waitForEnd()
        } _: { server in
            let start = ContinuousClock.now
            let request = post(server.url, timeout: .milliseconds(150))
            let error = try #require(try await withClient { await failure(of: $0, request) })
            #expect(error.code == .timeout)
            #expect(error.requestMayHaveBeenProcessed)
            #expect(ContinuousClock.now - start >= .milliseconds(150))
            #expect(server.requests.count == 1)
        }
    }

    @Test("the limit of the options holds where the request has none") func optionLimit() async throws {
        try await withServer {
            $0.waitForEnd()
        } _: { server in
            let error = try await withClient {
                $0.timeout = .milliseconds(50)
            } _: {
                await failure(of: $0, post(server.url))
            }
            #expect(error?.code == .timeout)
        }
    }

    @Test("an answer that drips in is no excuse") func drippingAnswer() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while !peer.isClosed(within: .milliseconds(10)) { try peer.write("1\r\nx\r\n") }
        } _: { server in
            let request = post(server.url, timeout: .milliseconds(150))
            let error = try await withClient { await failure(of: $0, request) }
            #expect(error?.code == .timeout)
        }
    }

    @Test("a server that does not take the connection: nothing was sent") func noConnection() async throws {
        // The kernel completes connections up to the backlog; beyond it the handshake hangs.
        let (descriptor, port) = try listenOnLoopback(backlog: 0)
        defer { close(descriptor) }
        let held = (0..<4).map { _ in startConnecting(port: port) }
        defer { for socket in held { close(socket) } }
        let error = try await withClient {
            $0.connectTimeout = .milliseconds(150)
        } _: {
            await failure(of: $0, post("http://127.0.0.1:\(port)/"))
        }
        #expect(error?.code == .timeout)
        #expect(error?.requestMayHaveBeenProcessed == false)
    }

    @Test("a server that never finishes the TLS handshake: nothing was sent") func noHandshake() async throws {
        try await withServer {
            $0.waitForEnd()
        } _: { server in
            let url = "https://127.0.0.1:\(server.port)/"
            let error = try await withClient {
                $0.connectTimeout = .milliseconds(150)
            } _: {
                await failure(of: $0, post(url))
            }
            #expect(error?.code == .timeout)
            #expect(error?.requestMayHaveBeenProcessed == false)
        }
    }

    /// libcurl's own clock does not run for requests that wait for a connection.
    @Test("waiting for a free connection counts, and nothing was sent", arguments: [true, false])
    func noFreeConnection(byStartLimit: Bool) async throws {
        try await withServer { peer in
            try peer.readRequest()
            peer.waitForEnd()
        } _: { server in
            try await withClient {
                $0.maximumConnections = 1
            } _: { client in
                async let first = failure(of: client, post(server.url, timeout: .seconds(30)))
                await server.received(1)
                let waiting =
                    byStartLimit
                    ? post(server.url, timeout: .seconds(30), startLimit: .milliseconds(100))
                    : post(server.url, timeout: .milliseconds(100))
                let error = try #require(await failure(of: client, waiting))
                #expect(error.code == .timeout)
                #expect(!error.requestMayHaveBeenProcessed)
                #expect(server.requests.count == 1)
                await client.shutdown()
                #expect(await first?.requestMayHaveBeenProcessed == true)
            }
        }
    }

    @Test("a start limit that has passed when a connection is free") func lateStart() async throws {
        try await withServer { peer in
            while true {
                try peer.readRequest()
                try peer.answer()
            }
        } _: { server in
            try await withClient { client in
                let error = try #require(await failure(of: client, post(server.url, startLimit: .nanoseconds(1))))
                #expect(error.code == .timeout)
                #expect(!error.requestMayHaveBeenProcessed)
                #expect(server.requests.isEmpty)
                let inTime = try await status(of: client, post(server.url, startLimit: .seconds(10)))
                #expect(inTime == 200)
            }
        }
    }

    @Test("a start limit does not cut short a request that has started") func startedInTime() async throws {
        try await withServer { peer in
            try peer.readRequest()
            _ = peer.isClosed(within: .milliseconds(300))
            try peer.answer()
        } _: { server in
            let answered = try await withClient {
                try await status(of: $0, post(server.url, startLimit: .milliseconds(150)))
            }
            #expect(answered == 200)
        }
    }

    @Test("a connection that was idle for too long is not used again") func idleLimit() async throws {
        try await withServer { peer in
            while true {
                try peer.readRequest()
                try peer.answer()
            }
        } _: { server in
            try await withClient {
                $0.maximumIdleTime = .seconds(1)
            } _: { client in
                // That connections are used again at all is another test's: a slow machine may take a second for this.
                _ = try await client.send(post(server.url))
                let opened = server.connectionCount
                // Time itself is what is tested, and libcurl's clock is not ours to move.
                try await Task.sleep(for: .milliseconds(1100))
                _ = try await client.send(post(server.url))
                #expect(server.connectionCount == opened + 1)
            }
        }
    }
}
