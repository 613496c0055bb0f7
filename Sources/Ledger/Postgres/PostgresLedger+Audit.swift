import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: AuditLog {
    /// The entry that was added last.
    public func lastAuditEntry() async throws -> AuditEntry? {
        try await readAll(LedgerQueries.lastAuditEntry) { try $0.first.map(LedgerQueries.auditEntry) }
    }

    /// Adds an entry; false when its number is taken.
    public func append(_ entry: AuditEntry) async throws -> Bool {
        try await write(LedgerQueries.append(entry)) { try onlyRow($0.last).boolean(0) }
    }

    /// Entries behind a number.
    public func auditEntries(after number: Int64, limit: Int) async throws -> [AuditEntry] {
        try await readAll(LedgerQueries.auditEntries(after: number, limit: limit)) {
            try $0.map(LedgerQueries.auditEntry)
        }
    }
}

extension LedgerQueries {
    private static let entries = "SELECT number, record, digest, key_id, seal FROM audit"

    fileprivate static let lastAuditEntry = PostgresQuery(
        PostgresStatement("\(entries) ORDER BY number DESC LIMIT 1"))

    private static let appendStatement = PostgresStatement(
        """
        WITH added AS (
            INSERT INTO audit (number, record, digest, key_id, seal) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING RETURNING number
        ) SELECT EXISTS (SELECT FROM added)
        """, [.integer, .bytes, .bytes, .text, .bytes])

    fileprivate static func append(_ entry: AuditEntry) -> [LedgerStep] {
        let query = PostgresQuery(
            appendStatement,
            [
                .integer(entry.number), .bytes(entry.record), .bytes(entry.digest), .stored(entry.keyID),
                .bytes(entry.seal),
            ])
        return [LedgerStep(.ledger, query)]
    }

    private static let entriesStatement = PostgresStatement(
        "\(entries) WHERE number > $1 ORDER BY number LIMIT $2", [.integer, .integer])

    fileprivate static func auditEntries(after number: Int64, limit: Int) -> PostgresQuery {
        PostgresQuery(entriesStatement, [.integer(number), .integer(limit)])
    }

    fileprivate static func auditEntry(_ row: PostgresRow) throws(PostgresError) -> AuditEntry {
        AuditEntry(
            number: try row.integer(0), record: try row.optionalBytes(1) ?? [], digest: try row.optionalBytes(2) ?? [],
            keyID: try row.original(3) ?? "", seal: try row.optionalBytes(4) ?? [])
    }
}
