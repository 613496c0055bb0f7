import EventLoop
import Postgres
import Testing

@Suite("Connecting to the database", .timeLimit(.minutes(1))) struct ConnectingTests {
    private func failureToConnect(
        parameters: String = "sslmode=disable", _ change: (inout PostgresOptions) -> Void = { _ in },
        _ script: @escaping ScriptedServer.Script
    ) async throws -> PostgresError? {
        var options = PostgresOptions()
        change(&options)
        return try await withServer(script) { server in
            let loop = try EventLoop(name: "test")
            let url = try server.url(parameters)
            return await failure { () async throws(PostgresError) in
                _ = try await PostgresConnection.connect(url, loop: loop, options: options)
            }
        }
    }

    @Test("a server that closes at once") func closes() async throws {
        let error = try #require(try await failureToConnect { _ in })
        #expect(error.code == .connect)
        #expect(error.isConnectionDead && error.isRetryable && !error.isOutcomeUnknown)
    }

    @Test("something else than a database") func garbage() async throws {
        let error = try await failureToConnect { peer in
            _ = try peer.readStart()
            try peer.write(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        }
        #expect(error?.code == .connect)
    }

    @Test("a server that never answers") func silence() async throws {
        let error = try await failureToConnect {
            $0.connectTimeout = .milliseconds(50)
        } _: {
            $0.waitForEnd()
        }
        #expect(error?.code == .timeout)
    }

    @Test("a refused login keeps the SQLSTATE, and none of the server's words") func refused() async throws {
        let error = try #require(
            try await failureToConnect { peer in
                _ = try peer.readStart()
                try peer.fail("28P01", severity: "FATAL")
            })
        #expect(error.code == .connect)
        #expect(error.sqlState == "28P01")
        #expect(!"\(error)".contains("secret"))
    }

    @Test("a server that repeats the password does not get it into the log") func repeated() async throws {
        let error = try #require(
            try await failureToConnect { peer in
                _ = try peer.readStart()
                // Asks for the password in clear.
                try peer.write("R", [0, 0, 0, 3])
                let answer = try peer.read(13)
                #expect(String(decoding: answer.dropFirst(5).prefix(7), as: UTF8.self) == "hunter2")
                try peer.fail("28P01", severity: "hunter2\u{1B}[2J")
            })
        #expect(!"\(error)".contains("hunter2") && !"\(error)".contains("\u{1B}"))
    }

    @Test("a server without TLS where the URL asks for it") func noTLS() async throws {
        let error = try await failureToConnect(parameters: "sslmode=require") { peer in
            _ = try peer.readStart()
            try peer.write(Array("N".utf8))
            peer.waitForEnd()
        }
        #expect(error?.code == .connect)
    }

    @Test("nobody listens, or the name does not exist") func nobody() async throws {
        let port = try await withServer { _ in
        } _: {
            $0.port
        }
        let loop = try EventLoop(name: "test")
        for host in ["127.0.0.1", "localhost", "no-such-host.invalid"] {
            let url = try PostgresURL("postgres://ann:hunter2@\(host):\(port)/x")
            let error = await failure { () async throws(PostgresError) in
                _ = try await PostgresConnection.connect(url, loop: loop)
            }
            #expect(error?.code == .connect)
        }
    }

    @Test("a task that is cancelled waits no longer") func cancelled() async throws {
        try await withServer {
            $0.waitForEnd()
        } _: { server in
            let loop = try EventLoop(name: "test")
            let url = try server.url()
            let task = Task {
                await failure { () async throws(PostgresError) in
                    _ = try await PostgresConnection.connect(url, loop: loop)
                }
            }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
    }
}
