import Logging
import Metrics
import Observability
import Synchronization
import Testing

@Suite("The admin server", .timeLimit(.minutes(5))) struct AdminServerTests {
    /// Runs a server while `body` asks it.
    private func withServer(
        listen: String = "127.0.0.1:0", token: String? = nil, checks: [ReadinessCheck] = [],
        metrics: MetricRegistry = MetricRegistry(), _ body: (BlockingClient) async throws -> Void
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
                try await body(BlockingClient(port: port))
                break
            }
            group.cancelAll()
            while (try? await group.next()) != nil {}
        }
    }

    @Test("a process that answers lives") func live() async throws {
        try await withServer { client in
            let answer = try await client.get("/health/live")
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
        try await withServer(checks: checks) { client in
            let up = try await client.get("/health/ready")
            #expect(up.hasPrefix("HTTP/1.1 200"))
            #expect(
                up.hasSuffix(
                    #"{"ready":true,"checks":[{"name":"broker","ready":true},{"name":"ledger","ready":true}]}"#))
            isUp.withLock { $0 = false }
            let down = try await client.get("/health/ready")
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
        try await withServer(metrics: registry) { client in
            let answer = try await client.get("/metrics")
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.lowercased().contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(answer.contains("\njobs_total 1\n"))
            #expect(try await client.get("/nothing").hasPrefix("HTTP/1.1 404"))
        }
    }

    @Test("beyond loopback everything but health asks for the token") func token() async throws {
        try await withServer(listen: "0.0.0.0:0", token: "s3cr3t") { client in
            #expect(try await client.get("/health/live").hasPrefix("HTTP/1.1 200"))
            #expect(try await client.get("/health/ready").hasPrefix("HTTP/1.1 200"))
            for path in ["/metrics", "/nothing", "/", "/health", "/health/../metrics", "//metrics", "/metrics/"] {
                let answer = try await client.get(path)
                #expect(answer.hasPrefix("HTTP/1.1 401") || answer.hasPrefix("HTTP/1.1 404"), "\(path)")
                #expect(!answer.contains("switchboard_metrics"), "\(path)")
            }
            let refused = try await client.get("/metrics", headers: ["Authorization: Bearer wrong"])
            #expect(refused.hasPrefix("HTTP/1.1 401"))
            #expect(refused.lowercased().contains("www-authenticate: bearer\r\n"))
            let granted = try await client.get("/metrics", headers: ["Authorization: Bearer s3cr3t"])
            #expect(granted.hasPrefix("HTTP/1.1 200"))
            #expect(granted.contains("switchboard_metrics_refused_total"))
        }
    }

    @Test("nonsense is answered, or the connection ends, and the server lives on") func hostile() async throws {
        try await withServer { client in
            _ = try await client.send("\u{0}\u{1}\u{2} nonsense\r\n\r\n")
            _ = try await client.get("/metrics", headers: ["X: \(String(repeating: "x", count: 50_000))"])
            _ = try await client.get("/%zz%00/\(String(repeating: "a/", count: 3000))")
            #expect(try await client.get("/health/live").hasPrefix("HTTP/1.1 200"))
        }
    }
}
