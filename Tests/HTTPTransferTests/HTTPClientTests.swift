import EventLoop
import HTTPTransfer
import Testing

@Suite("HTTP client: requests and answers", .timeLimit(.minutes(1))) struct HTTPClientTests {
    /// Sends one request to a server that reads it and then writes `answer`, and closes.
    private func exchange(
        _ answer: String, _ request: (String) -> HTTPRequest = { HTTPRequest(url: $0) }
    ) async throws -> (response: HTTPResponse, sent: String) {
        try await withServer { peer in
            try peer.readRequest()
            try peer.write(answer)
        } _: { server in
            let response = try await withClient { try await $0.send(request(server.url)) }
            return (response, try #require(server.requests.first))
        }
    }

    @Test("a POST arrives as it was given, and its answer comes back") func post() async throws {
        let answer =
            "HTTP/1.1 201 Created\r\nContent-Length: 9\r\nX-Request-Id:  RQ1 \r\nx-twice: a\r\nX-Twice: b\r\n\r\n{\"sid\":1}"
        let (response, sent) = try await exchange(answer) { url in
            HTTPRequest(
                method: .post, url: url + "/a/../b?c=d%20e",
                headers: [("Content-Type", "text/plain"), ("X-Empty", ""), ("Accept", "application/json")],
                body: Array("To=%2B1".utf8), credentials: ("AC1", "secret"))
        }
        #expect(response.status == 201)
        #expect(response.body == Array("{\"sid\":1}".utf8))
        #expect(response.header("x-request-id") == "RQ1")
        #expect(response.headers.map(\.name) == ["Content-Length", "X-Request-Id", "x-twice", "X-Twice"])
        #expect(response.headers.map(\.value) == ["9", "RQ1", "a", "b"])
        #expect(response.header("missing") == nil)
        #expect(sent.hasPrefix("POST /a/../b?c=d%20e HTTP/1.1\r\n"))
        #expect(sent.hasSuffix("\r\n\r\nTo=%2B1"))
        #expect(sent.contains("\r\nAuthorization: Basic QUMxOnNlY3JldA==\r\n"))
        #expect(sent.contains("\r\nContent-Length: 7\r\n"))
        #expect(sent.contains("\r\nContent-Type: text/plain\r\n"))
        #expect(sent.contains("\r\nX-Empty:\r\n"))
        #expect(sent.contains("\r\nUser-Agent: Switchboard\r\n"))
    }

    @Test(
        "each method is sent with the framing it needs",
        arguments: [
            (HTTPMethod.get, "", "GET / HTTP/1.1", nil), (.delete, "", "DELETE / HTTP/1.1", nil),
            (.delete, "x=1", "DELETE / HTTP/1.1", "3"), (.put, "", "PUT / HTTP/1.1", "0"),
            (.put, "x=1", "PUT / HTTP/1.1", "3"), (.post, "", "POST / HTTP/1.1", "0"),
        ] as [(HTTPMethod, String, String, String?)])
    func methods(method: HTTPMethod, body: String, line: String, length: String?) async throws {
        let (response, sent) = try await exchange("HTTP/1.1 204 No Content\r\n\r\n") { url in
            HTTPRequest(method: method, url: url, body: Array(body.utf8))
        }
        #expect(response.status == 204)
        #expect(sent.hasPrefix(line + "\r\n"))
        let lengths = sent.split(separator: "\r\n").filter { $0.hasPrefix("Content-Length: ") }.map { $0.dropFirst(16) }
        #expect(lengths == (length.map { [Substring($0)] } ?? []))
        #expect(sent.hasSuffix("\r\n\r\n" + body))
        #expect(!sent.contains("Content-Type"))
        #expect(!sent.contains("Authorization"))
    }

    @Test("nothing of one request is left for the next on the same handle") func noLeftovers() async throws {
        try await withServer { peer in
            while true {
                try peer.readRequest()
                try peer.answer("200 OK", "x")
            }
        } _: { server in
            try await withClient { client in
                let first = HTTPRequest(
                    method: .put, url: server.url, headers: [("X-First", "1"), ("Content-Type", "a/b")],
                    body: Array("first".utf8), credentials: ("user", "password"))
                _ = try await client.send(first)
                _ = try await client.send(HTTPRequest(method: .post, url: server.url))
                _ = try await client.send(HTTPRequest(url: server.url))
            }
            let sent = server.requests
            #expect(sent.count == 3)
            #expect(sent[0].contains("Authorization"))
            for request in sent.dropFirst() {
                #expect(!request.contains("Authorization") && !request.contains("X-First"))
                #expect(!request.contains("Content-Type") && !request.contains("first"))
            }
            #expect(sent[1].hasPrefix("POST ") && sent[2].hasPrefix("GET "))
        }
    }

    @Test(
        "answers of every framing are read whole",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\nX-Trailer: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Trailer: 2\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        ])
    func framings(answer: String) async throws {
        let response = try await exchange(answer).response
        #expect(response.status == 200)
        #expect(response.body == Array("hello".utf8))
        #expect(response.header("X-Trailer") == nil)
    }

    @Test("a folded header goes on with the value before it") func foldedHeader() async throws {
        let answer = "HTTP/1.1 200 OK\r\nX-Long: one\r\n   two\r\nX-Caf\u{E9}: caf\u{E9}\r\nContent-Length: 0\r\n\r\n"
        let response = try await exchange(answer).response
        #expect(response.header("x-long") == "one two")
        #expect(response.header("X-Caf\u{E9}") == "caf\u{E9}")
    }

    @Test(
        "redirects, refusals and failures are answers, and nothing follows them", arguments: [302, 307, 401, 404, 503])
    func statuses(status: Int) async throws {
        try await withServer { peer in
            while true {
                try peer.readRequest()
                try peer.answer(
                    "\(status) Status", headers: ["Location: /elsewhere", "WWW-Authenticate: Basic realm=\"x\""])
            }
        } _: { server in
            let request = HTTPRequest(
                method: .post, url: server.url, body: Array("x=1".utf8), credentials: ("user", "password"))
            let response = try await withClient { try await $0.send(request) }
            #expect(response.status == status)
            #expect(server.requests.count == 1)
        }
    }

    @Test("a large body reaches a server that reads slowly, without a wait for 100 Continue") func largeUpload()
        async throws
    {
        let size = 3 << 20
        try await withServer { peer in
            let head = try peer.readHead()
            var sum = 0
            for _ in 0..<(size / 65_536) { sum += try peer.read(65_536).reduce(0) { $0 + Int($1) } }
            try peer.answer("200 OK", "\(sum) \(head.contains("Expect"))")
        } _: { server in
            let request = HTTPRequest(method: .post, url: server.url, body: [UInt8](repeating: 7, count: size))
            let response = try await withClient { try await $0.send(request) }
            #expect(String(decoding: response.body, as: UTF8.self) == "\(7 * size) false")
        }
    }

    @Test("printing requests, answers and their parts shows no content") func printing() throws {
        let request = HTTPRequest(
            method: .post, url: "https://example.com/secret?secret", headers: [("X-Secret", "secret")],
            body: Array("secret".utf8), credentials: ("secret", "secret"))
        var dumped = "\(request) \(String(reflecting: request)) \(HTTPRequest(url: "secret"))"
        dump(request, to: &dumped)
        let response = HTTPResponse(status: 200, headers: [("X-Secret", "secret")], body: Array("secret".utf8))
        dumped += "\(response) \(String(reflecting: response))"
        dump(response, to: &dumped)
        #expect(dumped.contains("POST https://example.com"))
        #expect(dumped.contains("status 200, 6 bytes"))
        #expect(!dumped.lowercased().contains("secret"))
        #expect(response.header("x-secret") == "secret")
    }
}
