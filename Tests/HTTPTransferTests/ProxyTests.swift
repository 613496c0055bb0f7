import Foundation
import HTTPTransfer
import Testing

@Suite("HTTP client: proxies", .timeLimit(.minutes(1))) struct ProxyTests {
    private func withProxy<Result>(_ proxy: String, _ body: (HTTPClient) async throws -> Result) async throws -> Result
    {
        try await withClient {
            $0.allowsAddress = nil
            $0.proxy = proxy
        } _: {
            try await body($0)
        }
    }

    @Test("a plain request goes to the proxy with its whole URL") func plain() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer("200 OK", "by proxy")
        } _: { server in
            let request = HTTPRequest(method: .post, url: "http://api.example.com/path?x=1", body: Array("x=1".utf8))
            let response = try await withProxy("http://user:password@127.0.0.1:\(server.port)") {
                try await $0.send(request)
            }
            #expect(response.body == Array("by proxy".utf8))
            let sent = try #require(server.requests.first)
            #expect(sent.hasPrefix("POST http://api.example.com/path?x=1 HTTP/1.1\r\n"))
            #expect(sent.contains("\r\nProxy-Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n"))
        }
    }

    @Test("a proxy that refuses to connect: nothing of the request was sent", arguments: [403, 407, 502])
    func refused(status: Int) async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer("\(status) No")
        } _: { server in
            let request = HTTPRequest(
                method: .post, url: "https://api.example.com/", headers: [("X-Key", "for the server")],
                body: Array("x=1".utf8), credentials: ("user", "password"))
            let error = try #require(
                try await withProxy("http://127.0.0.1:\(server.port)") { await failure(of: $0, request) })
            #expect(error.code == .proxy)
            #expect(error.description.contains("\(status)"))
            #expect(!error.requestMayHaveBeenProcessed)
            let sent = try #require(server.requests.first)
            #expect(sent.hasPrefix("CONNECT api.example.com:443 HTTP/1.1\r\n"))
            #expect(!sent.contains("X-Key") && !sent.contains("Authorization"))
        }
    }

    @Test("a proxy that closes instead of connecting") func closes() async throws {
        try await withServer {
            try $0.readRequest()
        } _: { server in
            let request = HTTPRequest(method: .post, url: "https://api.example.com/", body: Array("x=1".utf8))
            let error = try #require(
                try await withProxy("http://127.0.0.1:\(server.port)") { await failure(of: $0, request) })
            #expect(error.code == .proxy)
            #expect(!error.requestMayHaveBeenProcessed)
        }
    }

    @Test("no proxy: nothing was sent") func noProxy() async throws {
        let request = HTTPRequest(method: .post, url: "https://api.example.com/", body: Array("x=1".utf8))
        let error = try #require(try await withProxy("http://127.0.0.1:1") { await failure(of: $0, request) })
        #expect(error.code == .connect)
        #expect(!error.requestMayHaveBeenProcessed)
    }

    /// Set by Scripts/test: to change the environment here would pull it away under others that start a process.
    private static let isProxySet = ["http_proxy", "ALL_PROXY"].allSatisfy {
        ProcessInfo.processInfo.environment[$0] == "http://127.0.0.1:1"
    }

    @Test(
        "the environment chooses no proxy",
        .enabled(if: isProxySet, "http_proxy and ALL_PROXY are not http://127.0.0.1:1"))
    func environment() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer()
        } _: { server in
            let answered = try await withClient { try await status(of: $0, HTTPRequest(url: server.url)) }
            #expect(answered == 200)
        }
    }
}
