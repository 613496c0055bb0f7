public import FoundationEssentials
import GRDB
public import Messaging

extension SQLiteLedger: LedgerPruning {
    /// Removes a little of what is older than the retention, within a transaction of other calls.
    public func prune(_ request: PruneRequest) async throws -> PruneStep {
        let limits = options.pruning
        return try await write { connection throws(LedgerError) in try connection.prune(request, limits) }
    }

    /// How many rows a pass would remove that began now. It reads the whole ledger, and nobody waits for it but bridges.
    public func prunable(_ retention: LedgerRetention, now: Date) async throws -> [PrunedRows: Int] {
        try await read { connection throws(LedgerError) in
            try connection.query { database in try Self.prunable(retention, now: now.microseconds, database) }
        }
    }

    private static func prunable(
        _ retention: LedgerRetention, now: Int64, _ database: Database
    ) throws -> [PrunedRows: Int] {
        let newest = try Row.fetchOne(database, sql: "SELECT id, first_seen FROM message ORDER BY id DESC LIMIT 1")
        let newestID: Int64 = newest?["id"] ?? 0
        let began = PruneProgress.believed(now, newest: newest?["first_seen"] as Int64?)
        func before(_ days: Int) -> Int64 { began &- Int64(days) &* PruneProgress.day }
        func count(_ sql: String, _ arguments: StatementArguments) throws -> Int {
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(sql)", arguments: arguments) ?? 0
        }
        let old = """
            id < ? AND \(PruneTable.lastHeard) < CASE WHEN \(PruneTable.hasEnded) THEN ? ELSE ? END
            """
        let cutoffs: StatementArguments = [
            newestID, before(retention.messageDays), before(retention.unfinishedDays),
        ]
        let messages = "message LEFT JOIN progress ON progress.message = message.id"
        return [
            .message: try count("\(messages) WHERE \(old)", cutoffs),
            .providerID: try count(
                """
                provider_id LEFT JOIN (SELECT id FROM \(messages) WHERE NOT (\(old))) AS kept
                ON kept.id = provider_id.message WHERE kept.id IS NULL
                """, cutoffs),
            .decision: try count(
                """
                decision WHERE used_at < ? AND id < (SELECT max(id) FROM decision) AND id NOT IN (
                    SELECT decision FROM \(messages) WHERE decision IS NOT NULL AND NOT (\(old)))
                """, [before(retention.messageDays)] + cutoffs),
            .conversation: try count("conversation WHERE at < ?", [before(retention.conversationDays)]),
            .evidence: try count("evidence WHERE at < ?", [before(retention.evidenceDays)]),
            .bridge: try count("bridge WHERE has_left AND at < ?", [began &- BridgeTable.memory]),
            .traffic: try PruneTable.traffic.reduce(0) { sum, table in
                try sum + count("\(table.name) WHERE \(table.age) < ?", [table.end(began, retention)])
            },
        ]
    }
}
