import EventLoop
import HTTPTransfer
import Testing

@Suite("HTTP client: many at once", .timeLimit(.minutes(1))) struct ConcurrencyTests {
    /// Sends that many requests at once, each with a body of its own, and expects each to be answered with its body.
    private func sendAll(_ count: Int, _ client: HTTPClient, _ url: String, _ loop: EventLoop? = nil) async throws {
        try await withThrowingTaskGroup { group in
            for index in 0..<count {
                group.addTask(executorPreference: loop?.taskExecutor) {
                    let body = Array("body \(index)".utf8)
                    let response = try await client.send(HTTPRequest(method: .post, url: url, body: body))
                    #expect(response.status == 200)
                    #expect(response.body.starts(with: body))
                    if let loop { #expect(loop.isCurrent) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func echo(_ peer: PeerConnection) throws {
        while true {
            let request = try peer.readRequest()
            try peer.answer("200 OK", String(request.split(separator: "\r\n").last ?? ""))
        }
    }

    @Test("a hundred on few connections", arguments: [1, 5]) func fewConnections(limit: Int) async throws {
        try await withServer {
            try echo($0)
        } _: { server in
            try await withClient {
                $0.maximumConnections = limit
            } _: { client in
                try await sendAll(100, client, server.url)
                #expect(server.connectionCount == limit)
                #expect(server.requests.count == 100)
            }
        }
    }

    @Test("the limit for each server holds") func connectionsPerHost() async throws {
        try await withServer {
            try echo($0)
        } _: { one in
            try await withServer {
                try echo($0)
            } _: { other in
                try await withClient {
                    $0.maximumConnectionsPerHost = 2
                } _: { client in
                    async let ones: Void = sendAll(50, client, one.url)
                    async let others: Void = sendAll(50, client, other.url)
                    _ = try await (ones, others)
                    #expect(one.connectionCount == 2)
                    #expect(other.connectionCount == 2)
                }
            }
        }
    }

    @Test("connections are kept when the load goes down") func keptConnections() async throws {
        try await withServer {
            try echo($0)
        } _: { server in
            try await withClient { client in
                try await sendAll(60, client, server.url)
                let opened = server.connectionCount
                for _ in 0..<5 { try await sendAll(1, client, server.url) }
                try await sendAll(opened, client, server.url)
                // A few may be opened before an older one is back; without keeping them nearly all would be.
                #expect(server.connectionCount <= opened * 3 / 2)
            }
        }
    }

    @Test("tasks that prefer the loop never leave it") func onTheLoop() async throws {
        try await withServer {
            try echo($0)
        } _: { server in
            let loop = try EventLoop(name: "http")
            let client = try HTTPClient(loop: loop)
            try await sendAll(100, client, server.url, loop)
            await client.shutdown()
        }
    }

    @Test("two clients share a loop") func sharedLoop() async throws {
        try await withServer {
            try echo($0)
        } _: { server in
            let loop = try EventLoop(name: "http")
            let clients = try (0..<2).map { _ in try HTTPClient(loop: loop) }
            for _ in 0..<3 {
                for client in clients { try await sendAll(10, client, server.url) }
            }
            await clients[0].shutdown()
            try await sendAll(10, clients[1], server.url)
            await clients[1].shutdown()
        }
    }
}
