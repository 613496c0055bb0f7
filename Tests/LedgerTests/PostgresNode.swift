import EventLoop
import Foundation
import Ledger
import Logging
import Postgres

/// The PostgreSQL that Scripts/test starts for its live tier.
enum PostgresNode {
    static let url = ProcessInfo.processInfo.environment["SWITCHBOARD_TEST_POSTGRES_URL"]

    static func parsed() throws -> PostgresURL { try PostgresURL(url ?? "") }

    /// Runs `body` with a connection past the ledger, in its schema.
    static func withConnection<Value: Sendable>(
        _ schema: String, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let loop = try EventLoop(name: "test")
        let connection = try await PostgresConnection.connect(try parsed(), loop: loop)
        _ = try await connection.run([
            PostgresQuery(
                PostgresStatement("SELECT set_config('search_path', $1, false)", [.text]), [.text(schema)])
        ])
        let value = try await body(connection)
        await connection.close()
        return value
    }

    static func execute(_ sql: String, _ schema: String) async throws {
        _ = try await withConnection(schema) { try await $0.run([PostgresQuery(PostgresStatement(sql))]) }
    }
}

/// Runs `body` with the name of a schema that is not there yet, and removes it.
func withPostgresSchema(_ body: (String) async throws -> Void) async throws {
    let schema = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
    do {
        try await body(schema)
    } catch {
        try? await PostgresNode.execute("DROP SCHEMA IF EXISTS \(schema) CASCADE", schema)
        throw error
    }
    try await PostgresNode.execute("DROP SCHEMA IF EXISTS \(schema) CASCADE", schema)
}

func openPostgresLedger(
    _ schema: String, change: (inout PostgresLedger.Options) -> Void = { _ in }
) async throws -> PostgresLedger {
    var options = PostgresLedger.Options()
    options.schema = schema
    // Many wait for each other's locks here, on purpose.
    options.connection.connectTimeout = .seconds(60)
    options.connection.pipelineTimeout = .seconds(60)
    change(&options)
    return try await PostgresLedger.open(
        try PostgresNode.parsed(), options: options, logger: silent)
}

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
