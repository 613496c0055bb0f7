import Glibc
import Logging
import Metrics
import Observability
import Synchronization
import Testing

@Suite("The admin server", .timeLimit(.minutes(1))) struct AdminServerTests {
    /// Asks a server over a connection of its own, and gives the whole answer.
    private func get(_ path: String, port: Int, headers: [String] = []) throws -> String {
        try request(
            "GET \(path) HTTP/1.1\r\n\((["Host: x", "Connection: close"] + headers).joined(separator: "\r\n"))\r\n\r\n",
            port: port)
    }

    private func request(_ text: String, port: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        let bytes = Array(text.utf8)
        try #require(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }

    /// Runs a server while `body` asks it.
    private func withServer(
        listen: String = "127.0.0.1:0", token: String? = nil, checks: [ReadinessCheck] = [],
        metrics: MetricRegistry = MetricRegistry(), _ body: @escaping @Sendable (Int) throws -> Void
    ) async throws {
        let listener = try AdminListener(listen: listen, token: token)
        let (ports, found) = AsyncStream<Int>.makeStream()
        let server = AdminServer(
            listener: listener, metrics: metrics, checks: checks,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { found.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            for await port in ports {
                try body(port)
                break
            }
            group.cancelAll()
            while (try? await group.next()) != nil {}
        }
    }

    @Test("a process that answers lives") func live() async throws {
        try await withServer { port in
            let answer = try get("/health/live", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.lowercased().contains("content-type: application/json\r\n"))
            #expect(answer.hasSuffix(#"{"live":true}"#))
        }
    }

    @Test("it is ready when every part is") func ready() async throws {
        let isUp = Mutex(true)
        let checks = [
            ReadinessCheck("broker") { isUp.withLock { $0 } ? .ready : .notReady("no connection for +15558675310") },
            ReadinessCheck("ledger") { .ready },
        ]
        try await withServer(checks: checks) { port in
            let up = try get("/health/ready", port: port)
            #expect(up.hasPrefix("HTTP/1.1 200"))
            #expect(
                up.hasSuffix(
                    #"{"ready":true,"checks":[{"name":"broker","ready":true},{"name":"ledger","ready":true}]}"#))
            isUp.withLock { $0 = false }
            let down = try get("/health/ready", port: port)
            #expect(down.hasPrefix("HTTP/1.1 503"))
            #expect(
                down.hasSuffix(
                    #"{"ready":false,"checks":[{"name":"broker","ready":false,"reason":"no connection for <number>"},{"name":"ledger","ready":true}]}"#
                ))
        }
    }

    @Test("metrics are Prometheus text, open on loopback") func metrics() async throws {
        let registry = MetricRegistry()
        Counter(label: "jobs", factory: registry).increment()
        try await withServer(metrics: registry) { port in
            let answer = try get("/metrics", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.lowercased().contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(answer.contains("\njobs_total 1\n"))
            #expect(try get("/nothing", port: port).hasPrefix("HTTP/1.1 404"))
        }
    }

    @Test("beyond loopback everything but health asks for the token") func token() async throws {
        try await withServer(listen: "0.0.0.0:0", token: "s3cr3t") { port in
            #expect(try get("/health/live", port: port).hasPrefix("HTTP/1.1 200"))
            #expect(try get("/health/ready", port: port).hasPrefix("HTTP/1.1 200"))
            for path in ["/metrics", "/nothing", "/", "/health", "/health/../metrics", "//metrics", "/metrics/"] {
                let answer = try get(path, port: port)
                #expect(answer.hasPrefix("HTTP/1.1 401") || answer.hasPrefix("HTTP/1.1 404"), "\(path)")
                #expect(!answer.contains("switchboard_metrics"), "\(path)")
            }
            let refused = try get("/metrics", port: port, headers: ["Authorization: Bearer wrong"])
            #expect(refused.hasPrefix("HTTP/1.1 401"))
            #expect(refused.lowercased().contains("www-authenticate: bearer\r\n"))
            let granted = try get("/metrics", port: port, headers: ["Authorization: Bearer s3cr3t"])
            #expect(granted.hasPrefix("HTTP/1.1 200"))
            #expect(granted.contains("switchboard_metrics_refused_total"))
        }
    }

    @Test("nonsense is answered, or the connection ends, and the server lives on") func hostile() async throws {
        try await withServer { port in
            _ = try request("\u{0}\u{1}\u{2} nonsense\r\n\r\n", port: port)
            _ = try get("/metrics", port: port, headers: ["X: \(String(repeating: "x", count: 50_000))"])
            _ = try get("/%zz%00/\(String(repeating: "a/", count: 3000))", port: port)
            #expect(try get("/health/live", port: port).hasPrefix("HTTP/1.1 200"))
        }
    }
}
