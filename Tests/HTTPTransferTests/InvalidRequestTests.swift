import EventLoop
import HTTPTransfer
import Testing

/// What is wrong is found before a connection is made; the address 192.0.2.1 belongs to nobody, and no server runs.
@Suite("HTTP client: requests and options that are refused", .timeLimit(.minutes(1))) struct InvalidRequestTests {
    private func refusal(_ request: HTTPRequest) async throws -> HTTPTransferError {
        let error = try #require(try await withClient { await failure(of: $0, request) })
        #expect(error.code == .invalidRequest, "\(error)")
        #expect(!error.requestMayHaveBeenProcessed)
        return error
    }

    @Test(
        "URLs",
        arguments: [
            "", "/path", "localhost", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:70/_x", "http:",
            "http://", "https:///path", "http:/127.0.0.1/", "http:\\\\127.0.0.1\\", "http://user:secret@127.0.0.1/",
            "http://127.0.0.1@192.0.2.1/", "http://127.0.0.1\\@192.0.2.1/", "http://127.0.0.1%2f@192.0.2.1/",
            "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX-Injected: 1", "http://127.0.0.1/\u{0}",
            "http://127.0.0.1\n/",
            "http://127.0.0.1/caf\u{E9}", "http://caf\u{E9}.example/", " http://127.0.0.1/", "http://127.0.0.1:99999/",
            "http://127.0.0.1:x/", "http://[::1/", "http://127.0.0.1/" + String(repeating: "x", count: 20_000),
        ])
    func urls(url: String) async throws {
        _ = try await refusal(HTTPRequest(url: url))
        _ = try await refusal(HTTPRequest(method: .post, url: url, body: [1]))
    }

    @Test(
        "headers",
        arguments: [
            ("X-A", "1\r\nX-Injected: 1"), ("X-A", "1\nX-Injected: 1"), ("X-A", "1\rX"), ("X-A", "1\u{0}2"),
            ("X-A", "\u{7F}"), ("X-A\r\nX-Injected", "1"), ("X A", "1"), ("X-A:", "1"), ("", "1"), ("X-\u{E9}", "1"),
            ("Content-Length", "5"), ("transfer-encoding", "chunked"), ("Connection", "close"),
            ("EXPECT", "100-continue"),
            ("X-A", String(repeating: "x", count: 70_000)),
        ])
    func headers(name: String, value: String) async throws {
        let request = HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-First", "1"), (name, value)])
        let error = try await refusal(request)
        #expect(error.description.contains("header"))
        #expect(!error.description.contains("Injected"))
    }

    @Test("credentials", arguments: [("a:b", "c"), ("a\r\nb", "c"), ("a", "c\u{0}"), ("a\u{0}", "c")])
    func credentials(user: String, password: String) async throws {
        let request = HTTPRequest(url: "http://127.0.0.1:1/", credentials: (user, password))
        _ = try await refusal(request)
    }

    @Test("a GET with a body") func getWithBody() async throws {
        _ = try await refusal(HTTPRequest(url: "http://127.0.0.1:1/", body: [1]))
    }

    @Test("limits of time that are zero or negative", arguments: [Duration.zero, .seconds(-1)])
    func limits(limit: Duration) async throws {
        _ = try await refusal(HTTPRequest(url: "http://127.0.0.1:1/", timeout: limit))
        _ = try await refusal(HTTPRequest(url: "http://127.0.0.1:1/", startLimit: limit))
    }

    @Test("options") func options() throws {
        let changes: [(String, (inout HTTPTransferOptions) -> Void)] = [
            ("connectTimeout", { $0.connectTimeout = .zero }), ("timeout", { $0.timeout = .seconds(-1) }),
            ("maximumIdleTime", { $0.maximumIdleTime = .milliseconds(1) }),
            ("maximumBodySize", { $0.maximumBodySize = -1 }), ("maximumHeaderSize", { $0.maximumHeaderSize = 0 }),
            ("maximumConnections", { $0.maximumConnections = 0 }),
            ("maximumConnectionsPerHost", { $0.maximumConnectionsPerHost = 0 }),
            ("userAgent", { $0.userAgent = "a\r\nb" }), ("proxy", { $0.proxy = "" }),
            ("allowsAddress", { ($0.proxy, $0.allowsAddress) = ("http://127.0.0.1:1", { _ in true }) }),
            ("caFile", { $0.caFile = "/nonexistent/authorities.pem" }),
        ]
        let loop = try EventLoop(name: "http")
        for (name, change) in changes {
            var options = HTTPTransferOptions()
            change(&options)
            let error = #expect(throws: HTTPTransferError.self) { try HTTPClient(loop: loop, options: options) }
            #expect(error?.code == .invalidOption)
            #expect(error?.description.contains(name) == true)
        }
    }
}
