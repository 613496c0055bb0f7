import FoundationEssentials
import GRDB
public import Messaging

extension SQLiteLedger: AuditLog {
    /// The entry that was added last.
    public func lastAuditEntry() async throws -> AuditEntry? {
        try await write { connection throws(LedgerError) in
            try connection.query { database in
                try Row.fetchOne(database, sql: Self.entries + " ORDER BY number DESC LIMIT 1").map(Self.entry)
            }
        }
    }

    /// Adds an entry; false when its number is taken.
    public func append(_ entry: AuditEntry) async throws -> Bool {
        try await write { connection throws(LedgerError) in
            try connection.query { database in
                try database.execute(
                    sql: """
                        INSERT INTO audit (number, record, digest, key_id, seal) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT DO NOTHING
                        """,
                    arguments: [entry.number, Data(entry.record), Data(entry.digest), entry.keyID, Data(entry.seal)])
                return database.changesCount > 0
            }
        }
    }

    /// Entries behind a number.
    public func auditEntries(after number: Int64, limit: Int) async throws -> [AuditEntry] {
        try await read { connection throws(LedgerError) in
            try connection.query { database in
                try Row.fetchAll(
                    database, sql: Self.entries + " WHERE number > ? ORDER BY number LIMIT ?",
                    arguments: [number, limit]
                ).map(Self.entry)
            }
        }
    }

    private static let entries = "SELECT number, record, digest, key_id, seal FROM audit"

    private static func entry(_ row: Row) -> AuditEntry {
        func bytes(_ column: String) -> [UInt8] { Array(row[column] as Data) }
        return AuditEntry(
            number: row["number"], record: bytes("record"), digest: bytes("digest"), keyID: row["key_id"],
            seal: bytes("seal"))
    }
}
