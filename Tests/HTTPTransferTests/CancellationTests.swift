import EventLoop
import HTTPTransfer
import Testing

@Suite("HTTP client: cancellation and shutdown", .timeLimit(.minutes(1))) struct CancellationTests {
    private func post(_ server: ScriptedServer) -> HTTPRequest {
        HTTPRequest(method: .post, url: server.url, body: Array("x=1".utf8))
    }

    /// Reads requests and answers none.
    private func withSilentServer(_ body: (ScriptedServer) async throws -> Void) async throws {
        try await withServer { peer in
            while true { try peer.readRequest() }
        } _: {
            try await body($0)
        }
    }

    @Test("while an answer is awaited: the request may have been processed") func whileWaiting() async throws {
        try await withSilentServer { server in
            try await withClient { client in
                let task = Task { await failure(of: client, post(server)) }
                await server.received(1)
                task.cancel()
                let error = try #require(await task.value)
                #expect(error.code == .cancelled)
                #expect(error.requestMayHaveBeenProcessed)
                await server.ended(1)
            }
        }
    }

    @Test("before the call: nothing was sent") func beforeTheCall() async throws {
        try await withSilentServer { server in
            try await withClient { client in
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await failure(of: client, post(server))
                }
                let error = try #require(await task.value)
                #expect(error.code == .cancelled)
                #expect(!error.requestMayHaveBeenProcessed)
                #expect(server.connectionCount == 0)
            }
        }
    }

    @Test("while a connection is awaited: nothing was sent") func whileQueued() async throws {
        try await withSilentServer { server in
            try await withClient {
                $0.maximumConnections = 1
            } _: { client in
                let first = Task { await failure(of: client, post(server)) }
                await server.received(1)
                let second = Task { await failure(of: client, post(server)) }
                second.cancel()
                let error = try #require(await second.value)
                #expect(error.code == .cancelled)
                #expect(!error.requestMayHaveBeenProcessed)
                first.cancel()
                #expect(await first.value?.requestMayHaveBeenProcessed == true)
            }
        }
    }

    @Test("any number at any moment leaves the client working") func manyAtAnyMoment() async throws {
        try await withServer { peer in
            while true {
                try peer.readRequest()
                try peer.answer()
            }
        } _: { server in
            try await withClient {
                $0.maximumConnections = 8
            } _: { client in
                let tasks = (0..<300).map { index in
                    let task = Task { try? await status(of: client, post(server)) }
                    if index % 3 == 0 { task.cancel() }
                    return task
                }
                for (index, task) in tasks.enumerated() where index % 3 == 1 { task.cancel() }
                for (index, task) in tasks.enumerated() {
                    let answered = await task.value
                    #expect(answered == 200 || index % 3 != 2)
                }
                let last = try await status(of: client, post(server))
                #expect(last == 200)
            }
        }
    }

    @Test("a cancellation is never lost, whenever it comes") func neverLost() async throws {
        try await withSilentServer { server in
            try await withClient { client in
                // A little later each time, over the moments in which a call takes its steps.
                for moment in 0..<1000 {
                    let task = Task { await failure(of: client, post(server)) }
                    for _ in 0..<(moment % 250) * 40 { _ = Task.isCancelled }
                    task.cancel()
                    let error = await task.value
                    #expect(error?.code == .cancelled)
                }
            }
        }
    }

    @Test("shutdown aborts what is in flight and refuses what comes later") func shutdown() async throws {
        try await withSilentServer { server in
            try await withClient { client in
                async let inFlight = failure(of: client, post(server))
                await server.received(1)
                await client.shutdown()
                let aborted = try #require(await inFlight)
                #expect(aborted.code == .closed)
                #expect(aborted.requestMayHaveBeenProcessed)
                await server.ended(1)
                let refused = try #require(await failure(of: client, post(server)))
                #expect(refused.code == .closed)
                #expect(!refused.requestMayHaveBeenProcessed)
                await client.shutdown()
            }
        }
    }

    @Test("a client that is let go closes its connections") func release() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer()
            peer.waitForEnd()
        } _: { server in
            let loop = try EventLoop(name: "http")
            do {
                let client = try HTTPClient(loop: loop)
                _ = try await client.send(post(server))
            }
            await server.ended(1)
        }
    }
}
