import Foundation
import GRDB
import Messaging
import Postgres
import Testing

@testable import Ledger

/// Ledgers of older versions become newer ones, and keep what they hold.
@Suite struct MigrationTests {
    /// A file as the version before pruning left it.
    private func makeOldFile(_ path: String) throws {
        try FileIdentity.create(path)
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA application_id = \(0x7377_6264)")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
        }
        try Schema.migrator.migrate(queue, upTo: "2")
        try queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO name (text) VALUES ('shop'), ('w1');
                    INSERT INTO decision (record) VALUES (CAST('{9}' AS BLOB));
                    INSERT INTO message (app, message_id, first_seen, request_hash)
                        SELECT id, 'old', \(noon.microseconds), zeroblob(32) FROM name WHERE text = 'shop';
                    INSERT INTO progress (message, state, attempt, changed_at, worker, decision)
                        SELECT 1, 1, 1, \(noon.microseconds), id, 1 FROM name WHERE text = 'w1';
                    """)
        }
        try queue.close()
    }

    /// Many open it at once; then it holds what it held and what they wrote.
    private func race(_ open: @escaping @Sendable () async throws -> any LedgerStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 0..<8 {
                group.addTask {
                    let ledger = try await open()
                    _ = try await ledger.claim(claim("\(id)"))
                    await ledger.close()
                }
            }
            try await group.waitForAll()
        }
        let ledger = try await open()
        let claimed = try await ledger.claim(claim("old", hash: 0))
        #expect(claimed.isSameRequest)
        #expect(claimed.state == .attempting(attempt: 1, worker: "w1", since: noon))
        #expect(claimed.decision == Array("{9}".utf8))
        let taken = Settlement.Result.accepted(Acceptance(sid: sid(7), status: "queued"))
        #expect(try await ledger.settle(settlement("old", taken)))
        let accepted = report("old", .accepted, sid: sid(7), attempt: 1) {
            $0.origin = MessageOrigin(message: context("old"), recipient: nil)
            $0.lookAt = seconds(60)
        }
        #expect(try await !ledger.record(accepted))
        let due = try await ledger.takeDue(account: "retail", now: seconds(60), leasedUntil: seconds(90), limit: 9)
        #expect(due.map(\.sid) == [sid(7)])
        try await ledger.noteInbound(sid: sid(1), at: noon)
        try await ledger.noteListing(account: "retail", completeTo: noon)
        #expect(try await ledger.status().prunedAt == nil)
        for id in 0..<8 { #expect(try await !ledger.claim(claim("\(id)", hash: 2)).isSameRequest) }
        await ledger.close()
    }

    @Test func ofManyThatOpenAnOldFileOneMigratesIt() async throws {
        try await withLedgerFile { path async throws in
            try makeOldFile(path)
            try await race { try await openLedger(path) { $0.createsFile = false } }
        }
    }

    @Test(.enabled(if: PostgresNode.url != nil, "SWITCHBOARD_TEST_POSTGRES_URL names no database"))
    func ofManyThatOpenAnOldSchemaOneMigratesIt() async throws {
        try await withPostgresSchema { schema async throws in
            try await PostgresNode.execute("CREATE SCHEMA \(schema)", schema)
            try await PostgresNode.withConnection(schema) { connection in
                _ = try await connection.run([PostgresSchema.migration(schema, creates: true, version: 1)])
            }
            for statement in [
                "INSERT INTO decision (id, record) VALUES ('\\x01', convert_to('{9}', 'UTF8'))",
                """
                INSERT INTO message (app, message_id, first_seen, request_hash)
                VALUES ('shop', 'old', \(noon.microseconds), decode(repeat('00', 32), 'hex'))
                """,
                """
                INSERT INTO progress (message, state, attempt, changed_at, worker, decision)
                SELECT id, 1, 1, \(noon.microseconds), 'w1', '\\x01' FROM message
                """,
            ] { try await PostgresNode.execute(statement, schema) }
            try await race { try await openPostgresLedger(schema) { $0.createsSchema = false } }
        }
    }
}
