import FoundationEssentials
import Messaging
import Postgres

/// How many rows a step of pruning looks at.
struct PruneSizes: Sendable {
    /// Messages, each of which takes three rows with it.
    var messages = 200
    /// Rows of the tables that are walked through by their keys.
    var rows = 2000
}

extension LedgerQueries {
    private static let pruneStatement = PostgresStatement(
        """
        SELECT outcome, message, provider_id, decision, conversation, evidence, bridge,
            CASE WHEN outcome IN ('goesOn', 'ended') THEN prune_traffic($7, $10) ELSE 0 END
        FROM prune_step($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [.text] + [PostgresType](repeating: .integer, count: 9))

    /// What comes back after a crash is removed again, so it does not wait for the disk.
    private static let withoutWaiting = PostgresQuery(
        PostgresStatement("SELECT set_config('synchronous_commit', 'off', true)"))

    static func prune(_ request: PruneRequest, _ sizes: PruneSizes) -> [PostgresQuery] {
        let retention = request.retention
        let step = PostgresQuery(
            pruneStatement,
            [
                .stored(request.holder), .instant(request.now), .instant(Date(timeIntervalSince1970: request.interval)),
                days(retention.messageDays), days(retention.unfinishedDays), days(retention.conversationDays),
                days(retention.evidenceDays), .integer(BridgeTable.memory), .integer(sizes.messages),
                .integer(sizes.rows),
            ])
        return [withoutWaiting, step]
    }

    private static func days(_ days: Int) -> PostgresValue { .integer(Int64(days) &* PruneProgress.day) }

    static func pruneStep(_ rows: PostgresRows?) throws -> PruneStep {
        let row = try onlyRow(rows)
        guard let outcome = PruneStep.Outcome(rawValue: try row.text(0)) else { throw LedgerError(.other) }
        return PruneStep(outcome, removed: try removals(row, from: 1).filter { $0.value > 0 })
    }

    private static let columns: [PrunedRows] = [
        .message, .providerID, .decision, .conversation, .evidence, .bridge, .traffic,
    ]

    private static func removals(_ row: PostgresRow, from start: Int) throws(PostgresError) -> [PrunedRows: Int] {
        var removals: [PrunedRows: Int] = [:]
        for (index, rows) in columns.enumerated() { removals[rows] = Int(clamping: try row.integer(start + index)) }
        return removals
    }

    private static let oldTraffic = PruneTable.traffic.map { table in
        let end = table.sqlEnd.replacing("bad_age", with: "$5")
        return "(SELECT count(*) FROM \(table.name) WHERE \(table.age) < \(end))"
    }.joined(separator: " + ")

    private static let prunableStatement = PostgresStatement(
        """
        WITH cutoff AS (
            SELECT least($1, coalesce(
                (SELECT m.first_seen FROM message m ORDER BY m.id DESC LIMIT 1) + \(PruneProgress.day), 0)) AS began
        ), kept AS MATERIALIZED (
            SELECT a.id, a.decision FROM aged a, cutoff c
            WHERE a.last_heard >= CASE WHEN a.has_ended THEN c.began - $2 ELSE c.began - $3 END
        )
        SELECT (SELECT count(*) FROM message) - (SELECT count(*) FROM kept),
            (SELECT count(*) FROM provider_id i LEFT JOIN kept k ON k.id = i.message WHERE k.id IS NULL),
            (SELECT count(*) FROM decision d, cutoff c WHERE d.used_at < c.began - $2
                AND d.id NOT IN (SELECT k.decision FROM kept k WHERE k.decision IS NOT NULL)),
            (SELECT count(*) FROM conversation v, cutoff c WHERE v.at < c.began - $4),
            (SELECT count(*) FROM evidence e, cutoff c WHERE e.at < c.began - $5),
            (SELECT count(*) FROM bridge b, cutoff c WHERE b.has_left AND b.at < c.began - $6),
            (SELECT \(oldTraffic) FROM cutoff)
        """, [PostgresType](repeating: .integer, count: 6))

    static func prunable(_ retention: LedgerRetention, now: Date) -> [PostgresQuery] {
        [
            PostgresQuery(PostgresStatement("SELECT set_config('statement_timeout', '0', true)")),
            PostgresQuery(
                prunableStatement,
                [
                    .instant(now), days(retention.messageDays), days(retention.unfinishedDays),
                    days(retention.conversationDays), days(retention.evidenceDays), .integer(BridgeTable.memory),
                ]),
        ]
    }

    static func prunable(_ rows: PostgresRows?) throws -> [PrunedRows: Int] { try removals(try onlyRow(rows), from: 0) }
}
