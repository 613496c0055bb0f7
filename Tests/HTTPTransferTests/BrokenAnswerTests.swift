import Foundation
import HTTPTransfer
import Testing

@Suite("HTTP client: broken connections and answers", .timeLimit(.minutes(1))) struct BrokenAnswerTests {
    private func failure(
        answering answer: String, then: @escaping @Sendable (PeerConnection) throws -> Void = { _ in },
        _ configure: (inout HTTPTransferOptions) -> Void = { _ in }
    ) async throws -> HTTPTransferError {
        try await withServer { peer in
            try peer.readRequest()
            try peer.write(answer)
            try then(peer)
        } _: { server in
            let request = HTTPRequest(method: .post, url: server.url, body: Array("x=1".utf8))
            let error = try await withClient(configure) { await HTTPTransferTests.failure(of: $0, request) }
            #expect(server.requests.count == 1)
            return try #require(error)
        }
    }

    @Test("no server: refused, and nothing was sent") func connectionRefused() async throws {
        let (descriptor, port) = try listenOnLoopback()
        close(descriptor)
        let request = HTTPRequest(method: .post, url: "http://127.0.0.1:\(port)/", body: [1])
        let error = try #require(try await withClient { await HTTPTransferTests.failure(of: $0, request) })
        #expect(error.code == .connect)
        #expect(error.libraryCode == 7)
        #expect(!error.requestMayHaveBeenProcessed)
    }

    @Test("a server that closes before it has read the whole: who knows what it read") func closesEarly() async throws {
        try await withServer { peer in
            _ = try peer.read(1)
            peer.reset()
        } _: { server in
            let request = HTTPRequest(method: .post, url: server.url, body: [UInt8](repeating: 1, count: 1 << 20))
            let error = try #require(try await withClient { await HTTPTransferTests.failure(of: $0, request) })
            #expect([.receive, .send].contains(error.code))
            #expect(error.requestMayHaveBeenProcessed)
            #expect(server.connectionCount == 1)
        }
    }

    @Test(
        "an answer that ends too early",
        arguments: [
            "", "HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
        ], [false, true])
    func tooShort(answer: String, resets: Bool) async throws {
        let error = try await failure(answering: answer) { if resets { $0.reset() } }
        #expect([.receive, .malformedAnswer].contains(error.code), "\(error)")
        #expect(error.requestMayHaveBeenProcessed)
    }

    @Test(
        "an answer that is not HTTP",
        arguments: [
            "hello\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}", "HTTP/7.7 200 OK\r\n\r\n",
            "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello",
            "SSH-2.0-OpenSSH_9.2p1\r\n",
        ])
    func notHTTP(answer: String) async throws {
        let error = try await failure(answering: answer)
        #expect([.receive, .malformedAnswer, .bodyTooLarge].contains(error.code), "\(error)")
        #expect(error.requestMayHaveBeenProcessed)
    }

    @Test("a body that is announced as too large") func announcedBody() async throws {
        let error = try await failure(answering: "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n") {
            $0.waitForEnd()
        } _: {
            $0.maximumBodySize = 1000
        }
        #expect(error.code == .bodyTooLarge)
        #expect(error.requestMayHaveBeenProcessed)
    }

    @Test("a body without end") func endlessBody() async throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let error = try await failure(answering: head) { peer in
            while true { try peer.write("400\r\n" + String(repeating: "x", count: 1024) + "\r\n") }
        }
        #expect(error.code == .bodyTooLarge)
    }

    @Test("a body of just the largest size") func largestBody() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer("200 OK", String(repeating: "x", count: 100_000))
        } _: { server in
            let response = try await withClient {
                $0.maximumBodySize = 100_000
            } _: {
                try await $0.send(HTTPRequest(url: server.url))
            }
            #expect(response.body.count == 100_000)
        }
    }

    @Test(
        "header lines without end",
        arguments: [
            ("HTTP/1.1 200 OK\r\n", "X-More: \(String(repeating: "x", count: 100))\r\n"),
            ("HTTP/1.1 200 OK\r\n", "X: y\r\n"), ("HTTP/1.1 200 OK\r\nX-Long: ", "xxxxxxxxxx"),
            ("HTTP/1.1 200 ", "xxxxxxxxxx"), ("", "HTTP/1.1 100 Continue\r\n\r\n"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: 1\r\n"),
        ])
    func endlessHeaders(start: String, line: String) async throws {
        let error = try await failure(answering: start) { peer in
            while true { try peer.write(line) }
        }
        #expect(error.code == .headersTooLarge, "\(error)")
        #expect(error.requestMayHaveBeenProcessed)
    }

    @Test("a connection with a broken answer is not used again") func notReused() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + String(repeating: "x", count: 2000))
            peer.waitForEnd()
        } _: { server in
            try await withClient {
                $0.maximumBodySize = 1000
            } _: { client in
                for count in 1...3 {
                    let error = await HTTPTransferTests.failure(of: client, HTTPRequest(url: server.url))
                    #expect(error?.code == .bodyTooLarge)
                    #expect(server.connectionCount == count)
                }
            }
        }
    }

    @Test("what arrives on an idle connection is not the answer to the next request") func unaskedAnswer() async throws
    {
        let wasAnswered = DispatchSemaphore(value: 0)
        let (isSpoilt, tellTest) = AsyncStream<Void>.makeStream()
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer("200 OK", "asked")
            guard peer.number == 1 else { return peer.waitForEnd() }
            wasAnswered.wait()
            try peer.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 7\r\n\r\nunasked")
            peer.flush()
            tellTest.finish()
            peer.waitForEnd()
        } _: { server in
            try await withClient { client in
                let request = HTTPRequest(method: .post, url: server.url, body: [1])
                let first = try await client.send(request)
                #expect(first.body == Array("asked".utf8))
                wasAnswered.signal()
                for await _ in isSpoilt {}
                let response = try await client.send(request)
                #expect(response.status == 200)
                #expect(response.body == Array("asked".utf8))
                #expect(server.connectionCount == 2)
            }
        }
    }
}
