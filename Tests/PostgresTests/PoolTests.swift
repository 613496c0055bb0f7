import Dispatch
import EventLoop
import Postgres
import Synchronization
import Testing

@Suite("The pool of connections", .timeLimit(.minutes(1))) struct PoolTests {
    /// Answers every pipeline of a connection with one row.
    private static let answering: ScriptedServer.Script = { peer in
        try peer.logIn()
        while true {
            let kinds = try peer.readPipeline()
            if kinds.first == "P" { try peer.write("1") }
            try peer.write("2")
            try peer.write("n")
            try peer.write("C", Array("SELECT 0".utf8) + [0])
            try peer.ready()
        }
    }

    @Test("connections are kept, and there are no more than the limit") func limit() async throws {
        try await withServer(Self.answering) { server in
            let loop = try EventLoop(name: "test")
            let pool = PostgresPool(url: try server.url(), loop: loop, limit: 2)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { _ = try await pool.run([select]) } }
                try await group.waitForAll()
            }
            #expect((1...2).contains(server.connectionCount))
            await pool.close()
            await #expect(throws: PostgresError.self) { try await pool.run([select]) }
        }
    }

    @Test("one that broke while nobody used it is replaced") func replaced() async throws {
        let mayClose = DispatchSemaphore(value: 0)
        try await withServer { peer in
            guard peer.number == 1 else { return try Self.answering(peer) }
            try peer.logIn()
            try peer.readPipeline()
            try peer.answer("SELECT 0")
            try peer.ready()
            mayClose.wait()
        } _: { server in
            let loop = try EventLoop(name: "test")
            let pool = PostgresPool(url: try server.url(), loop: loop, limit: 1)
            _ = try await pool.run([select])
            mayClose.signal()
            // Either the end was seen before, or this call finds out, and the next has a new connection.
            do {
                _ = try await pool.run([select])
            } catch let error as PostgresError {
                #expect(error.isConnectionDead)
                _ = try await pool.run([select])
            }
            #expect(server.connectionCount == 2)
        }
    }

    @Test("where the first of two hosts is silent, the next attempt begins with the second, and those after it too")
    func silentHost() async throws {
        try await withServer { peer in
            while true { _ = try peer.readPipeline() }
        } _: { silent in
            try await withServer(Self.answering) { server in
                let loop = try EventLoop(name: "test")
                let url = try PostgresURL(
                    "postgres://ann:hunter2@127.0.0.1:\(silent.port),127.0.0.1:\(server.port)/x?sslmode=disable")
                var options = PostgresOptions()
                // It holds for the host that answers, too.
                options.connectTimeout = .seconds(3)
                let pool = PostgresPool(url: url, loop: loop, limit: 1, options: options)
                let error = await #expect(throws: PostgresError.self) { try await pool.run([select]) }
                #expect(error?.code == .timeout)
                // Whoever hurries is told the same; after the pause it is tried again.
                while (try? await pool.run([select])) == nil { await Task.yield() }
                #expect(silent.connectionCount == 1)
                await pool.close()
            }
        }
    }

    @Test("who hurries after a failure is told the same, without another attempt") func pause() async throws {
        try await withServer { _ in
        } _: { server in
            let loop = try EventLoop(name: "test")
            let pool = PostgresPool(url: try server.url(), loop: loop, limit: 4)
            for _ in 0..<20 {
                let error = await #expect(throws: PostgresError.self) { try await pool.run([select]) }
                #expect(error?.code == .connect)
            }
            // The pauses grow from 50 ms at least; twenty calls take less than that unless the machine stands still.
            #expect(server.connectionCount < 20)
        }
    }

    @Test("what sets a connection up may refuse it") func setUp() async throws {
        struct Refusal: Error {}
        try await withServer(Self.answering) { server in
            let loop = try EventLoop(name: "test")
            let refuses = Mutex(true)
            let pool = PostgresPool(url: try server.url(), loop: loop, limit: 1) { connection in
                _ = try await connection.run([select])
                if refuses.withLock({ $0 }) { throw Refusal() }
            }
            await #expect(throws: Refusal.self) { try await pool.run([select]) }
            refuses.withLock { $0 = false }
            while (try? await pool.run([select])) == nil {}
            #expect(server.connectionCount == 2)
        }
    }
}
