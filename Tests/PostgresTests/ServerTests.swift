import EventLoop
import Foundation
import Postgres
import Testing

private let variables = ProcessInfo.processInfo.environment

/// Against the real server that Scripts/test starts.
@Suite(
    "Driver and database", .enabled(if: variables["SWITCHBOARD_TEST_POSTGRES_URL"] != nil, "no database is named"),
    .timeLimit(.minutes(1)))
struct ServerTests {
    private func withServer(
        parameters: String = "", _ change: (inout PostgresOptions) -> Void = { _ in },
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        var options = PostgresOptions()
        change(&options)
        let url = try PostgresURL((variables["SWITCHBOARD_TEST_POSTGRES_URL"] ?? "") + parameters)
        let loop = try EventLoop(name: "test")
        let connection = try await PostgresConnection.connect(url, loop: loop, options: options)
        try await body(connection)
        await connection.close()
    }

    private func query(_ sql: String) -> PostgresQuery { PostgresQuery(PostgresStatement(sql)) }

    @Test("values come back as they were sent") func values() async throws {
        try await withServer { connection async throws in
            let statement = PostgresStatement(
                "SELECT $1, $2, $3, $4, cardinality($5), $5[2], NULL::text, 7::smallint, pg_sleep(0)",
                [.integer, .boolean, .text, .bytes, .texts])
            let bytes = (0...255).map { UInt8($0) }
            for (number, text, data): (Int64, String, [UInt8]) in [
                (.min, "", []), (.max, "a'\"\\ \u{1F600}", bytes), (0, String(repeating: "é", count: 300_000), [0]),
            ] {
                let texts = ["x", text, "{,}\""]
                let values: [PostgresValue] = [
                    .integer(number), .boolean(number == 0), .text(text), .bytes(data), .texts(texts),
                ]
                let row = try #require(try await connection.run([PostgresQuery(statement, values)]).first?.first)
                #expect(try row.integer(0) == number)
                #expect(try row.boolean(1) == (number == 0))
                #expect(try row.text(2) == text)
                #expect(try row.optionalBytes(3) == data)
                #expect(try row.integer(4) == 3)
                #expect(try row.text(5) == text)
                #expect(try row.isNull(6))
                #expect(try row.integer(7) == 7)
                #expect(throws: PostgresError.self) { try row.text(0) }
                #expect(throws: PostgresError.self) { try row.integer(99) }
            }
            let none = try await connection.run([
                PostgresQuery(PostgresStatement("SELECT $1, cardinality($2)", [.text, .texts]), [.null, .texts([])])
            ])
            #expect(try none.first?.first?.optionalText(0) == nil)
            #expect(try none.first?.first?.integer(1) == 0)
        }
    }

    @Test("a pipeline that is larger than every buffer, both ways") func large() async throws {
        try await withServer { connection async throws in
            let echo = PostgresStatement("SELECT $1", [.bytes])
            let data = [UInt8](repeating: 7, count: 100_000)
            let answers = try await connection.runTransaction(
                [PostgresQuery](repeating: PostgresQuery(echo, [.bytes(data)]), count: 300))
            #expect(answers.count == 300)
            for answer in answers { #expect(try answer.first?.optionalBytes(0)?.count == data.count) }
        }
    }

    @Test("of a transaction that fails nothing stands, and the connection goes on") func rollsBack() async throws {
        try await withServer { connection async throws in
            _ = try await connection.run([query("CREATE TEMPORARY TABLE t (x bigint CHECK (x < 2))")])
            let insert = PostgresStatement("INSERT INTO t VALUES ($1)", [.integer])
            let error = await failure { () async throws(PostgresError) in
                _ = try await connection.runTransaction([
                    PostgresQuery(insert, [.integer(1)]), PostgresQuery(insert, [.integer(2)]),
                    PostgresQuery(insert, [.integer(0)]),
                ])
            }
            #expect(error?.sqlState == "23514")
            #expect(error?.isOutcomeUnknown == false)
            let answers = try await connection.runTransaction([
                PostgresQuery(insert, [.integer(0)]), query("SELECT count(*) FROM t"),
            ])
            #expect(answers.first?.count == 1)
            #expect(try answers.last?.first?.integer(0) == 1)
        }
    }

    @Test("a statement that takes too long is stopped at the server too") func stopped() async throws {
        let mark = "test-\(UUID().uuidString.prefix(8))"
        try await withServer {
            $0.pipelineTimeout = .milliseconds(300)
            $0.applicationName = mark
        } _: { connection async throws in
            let error = await failure { () async throws(PostgresError) in
                _ = try await connection.run([query("SELECT pg_sleep(600)")])
            }
            #expect(error?.code == .timeout)
        }
        try await withServer { connection async throws in
            let count = PostgresStatement("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", [.text])
            var left: Int64 = 1
            while left > 0 {
                left = try await connection.run([PostgresQuery(count, [.text(mark)])]).first?.first?.integer(0) ?? 1
            }
        }
    }

    @Test("TLS with the server's name and authority, and with no others") func tls() async throws {
        let ca = try #require(variables["SWITCHBOARD_TEST_POSTGRES_CA_FILE"])
        let text = try #require(variables["SWITCHBOARD_TEST_POSTGRES_URL"])
        let named = text.replacing("127.0.0.1", with: "localhost")
        let loop = try EventLoop(name: "test")
        let url = try PostgresURL("\(named)?sslmode=verify-full&sslrootcert=\(ca)")
        let connection = try await PostgresConnection.connect(url, loop: loop)
        let answer = try await connection.run([query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")])
        #expect(try answer.first?.first?.boolean(0) == true)
        await connection.close()
        for wrong in [
            "\(text)?sslmode=verify-full&sslrootcert=\(ca)", "\(named)?sslmode=verify-full&sslrootcert=/dev/null",
            "\(named)?sslmode=verify-full&sslrootcert=/no/such/file",
        ] {
            let url = try PostgresURL(wrong)
            let error = await failure { () async throws(PostgresError) in
                _ = try await PostgresConnection.connect(url, loop: loop)
            }
            #expect(error?.code == .connect)
        }
    }
}
