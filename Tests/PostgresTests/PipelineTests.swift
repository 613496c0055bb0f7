import EventLoop
import Foundation
import Postgres
import Testing

@Suite("Pipelines against a server that misbehaves", .timeLimit(.minutes(1))) struct PipelineTests {
    private func failureOfTransaction(
        _ change: (inout PostgresOptions) -> Void = { _ in }, _ script: @escaping ScriptedServer.Script
    ) async throws -> PostgresError? {
        var options = PostgresOptions()
        change(&options)
        return try await withConnection(script, options: options) { connection in
            await failure { () async throws(PostgresError) in _ = try await connection.runTransaction([select]) }
        }
    }

    @Test("all of a transaction travels at once") func oneRoundTrip() async throws {
        try await withConnection { peer in
            let kinds = try peer.readPipeline()
            #expect(kinds == "PBDEPBDEPBDES")
            try peer.answer("BEGIN")
            try peer.answer(type: 20, [0, 0, 0, 0, 0, 0, 0, 42])
            try peer.answer("COMMIT")
            try peer.ready()
            peer.waitForEnd()
        } _: { connection async throws in
            #expect(try await connection.runTransaction([select]).first?.first?.integer(0) == 42)
        }
    }

    @Test("a server that closes before it answers: whether it has committed is unknown") func closes() async throws {
        let error = try #require(try await failureOfTransaction { try $0.readPipeline() })
        #expect(error.code == .lost)
        #expect(error.isOutcomeUnknown && error.isConnectionDead && error.isRetryable)
    }

    @Test("a server that closes in the middle of an answer") func closesWithin() async throws {
        let error = try #require(
            try await failureOfTransaction { peer in
                try peer.readPipeline()
                try peer.answer("BEGIN")
                try peer.write(Array("C".utf8) + [0, 0])
            })
        #expect(error.code == .lost && error.isOutcomeUnknown)
    }

    @Test("a commit that was answered stands, though the connection breaks then") func committed() async throws {
        let error = try await failureOfTransaction { peer in
            try peer.readPipeline()
            try peer.answer("BEGIN")
            try peer.answer("SELECT 0")
            try peer.answer("COMMIT")
        }
        #expect(error == nil)
    }

    @Test(
        "an answer that is not the protocol's",
        arguments: [
            Array("HTTP/1.1 200 OK\r\n\r\n".utf8), [UInt8](repeating: 0, count: 64),
            Array("D".utf8) + [0x7F, 0xFF, 0xFF, 0xFF], Array("T".utf8) + [0, 0, 0, 6, 0xFF, 0xFF],
            // COPY, which nobody asked for.
            Array("1".utf8) + [0, 0, 0, 4] + Array("2".utf8) + [0, 0, 0, 4] + Array("G".utf8) + [0, 0, 0, 7, 0, 0, 0],
            // The end of the pipeline, without its answers.
            Array("Z".utf8) + [0, 0, 0, 5, 73],
        ])
    func garbage(bytes: [UInt8]) async throws {
        let error = try #require(
            try await failureOfTransaction {
                $0.pipelineTimeout = .seconds(2)
            } _: { peer in
                try peer.readPipeline()
                try peer.write(bytes)
                peer.waitForEnd()
            })
        #expect(error.isConnectionDead && error.isOutcomeUnknown)
    }

    @Test("a value that is not of its column's type", arguments: [(20, 3), (21, 0), (23, 8), (16, 2), (25, 1)])
    func malformedValue(type: UInt8, size: Int) async throws {
        let error = try await failureOfTransaction { peer in
            try peer.readPipeline()
            try peer.answer("BEGIN")
            try peer.answer(type: type, [UInt8](repeating: 0xFF, count: size))
            peer.waitForEnd()
        }
        #expect(error?.code == .malformedAnswer)
    }

    @Test("a server that never answers is asked to stop") func silence() async throws {
        let asked = DispatchSemaphore(value: 0)
        try await withServer { peer in
            guard peer.number == 1 else {
                // The code of a request to cancel, and the key of the connection.
                let request = try peer.readStart()
                #expect(request == [0x04, 0xD2, 0x16, 0x2E, 0, 0, 0, 7, 0, 0, 0, 9])
                asked.signal()
                return
            }
            try peer.logIn()
            peer.waitForEnd()
        } _: { server in
            var options = PostgresOptions()
            options.pipelineTimeout = .milliseconds(50)
            let loop = try EventLoop(name: "test")
            let connection = try await PostgresConnection.connect(try server.url(), loop: loop, options: options)
            let error = await failure { () async throws(PostgresError) in
                _ = try await connection.runTransaction([select])
            }
            #expect(error?.code == .timeout && error?.isOutcomeUnknown == true)
            #expect(await !connection.isOpen)
            #expect(await waited(for: asked))
        }
    }

    @Test("a task that is cancelled waits no longer, and the server is asked to stop") func cancelled() async throws {
        let asked = DispatchSemaphore(value: 0)
        let received = DispatchSemaphore(value: 0)
        try await withServer { peer in
            guard peer.number == 1 else {
                asked.signal()
                return
            }
            try peer.logIn()
            try peer.readPipeline()
            received.signal()
            peer.waitForEnd()
        } _: { server in
            let loop = try EventLoop(name: "test")
            let connection = try await PostgresConnection.connect(try server.url(), loop: loop)
            let task = Task {
                await failure { () async throws(PostgresError) in _ = try await connection.run([select]) }
            }
            #expect(await waited(for: received))
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(await waited(for: asked))
        }
    }

    @Test("a refused statement keeps its SQLSTATE and no value, and the connection goes on") func refused() async throws
    {
        try await withConnection { peer in
            try peer.readPipeline()
            try peer.answer("BEGIN")
            try peer.write("1")
            try peer.fail("23505")
            try peer.ready("E")
            let kinds = try peer.readPipeline()
            #expect(kinds == "PBDES")
            try peer.answer("ROLLBACK")
            try peer.ready()
            peer.waitForEnd()
        } _: { connection async throws in
            let error = await failure { () async throws(PostgresError) in
                _ = try await connection.runTransaction([select])
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.isConnectionDead == false && error?.isOutcomeUnknown == false && error?.isRetryable == false)
            #expect(error.map { "\($0)".contains("secret") } == false)
            #expect(await connection.isOpen)
        }
    }

    @Test(
        "a server that shuts down: before the commit nothing stands, at the commit it is unknown",
        arguments: [false, true])
    func shutDown(atCommit: Bool) async throws {
        let error = try #require(
            try await failureOfTransaction { peer in
                try peer.readPipeline()
                try peer.answer("BEGIN")
                if atCommit {
                    try peer.answer("SELECT 0")
                    try peer.write("1")
                }
                try peer.fail("57P01", severity: "FATAL")
            })
        #expect(error.sqlState == "57P01")
        #expect(error.isConnectionDead && error.isRetryable)
        #expect(error.isOutcomeUnknown == atCommit)
    }

    @Test("a second call meanwhile is refused, and the first goes on") func busy() async throws {
        let received = DispatchSemaphore(value: 0)
        let mayAnswer = DispatchSemaphore(value: 0)
        try await withConnection { peer in
            try peer.readPipeline()
            received.signal()
            mayAnswer.wait()
            try peer.answer(type: 16, [1])
            try peer.ready()
            peer.waitForEnd()
        } _: { connection async throws in
            let first = Task { try await connection.run([select]).first?.first?.boolean(0) }
            #expect(await waited(for: received))
            let error = await failure { () async throws(PostgresError) in _ = try await connection.run([select]) }
            #expect(error?.code == .busy && error?.isConnectionDead == false)
            mayAnswer.signal()
            #expect(try await first.value == true)
        }
    }

    @Test("values that cannot be sent are refused before anything is") func unsendable() async throws {
        try await withConnection {
            $0.waitForEnd()
        } _: { connection async throws in
            let statement = PostgresStatement("SELECT $1", [.text])
            for values: [PostgresValue] in [[.text("se\u{0}cret")], [.integer(7)], [], [.text("a"), .text("b")]] {
                let error = await failure { () async throws(PostgresError) in
                    _ = try await connection.run([PostgresQuery(statement, values)])
                }
                #expect(error?.code == .invalidParameter)
                #expect(error.map { "\($0)".contains("cret") } == false)
            }
            #expect(await connection.isOpen)
        }
    }

    private func waited(for semaphore: DispatchSemaphore) async -> Bool {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: semaphore.wait(timeout: .now() + 30) == .success)
            }
        }
    }
}
