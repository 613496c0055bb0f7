import FoundationEssentials
import Messaging
import Postgres

/// What an operator asks of single messages.
extension LedgerQueries {
    /// Of message m, its standing s, progress p and decision d: what ``trace(_:)`` reads.
    static let traceColumns = """
        SELECT s.state, s.attempt, s.changed_at, s.worker, s.status, s.error_code, s.sid, s.provider_status, m.app,
            m.message_id, m.class, m.purpose, m.channel, m.first_seen, p.status_at, p.final_at, s.deferral_reason, d.record
        """

    /// The index begins with the app: it is looked into once for each app that has messages.
    private static let traceStatement = PostgresStatement(
        """
        WITH RECURSIVE apps (app) AS (
            SELECT min(app) FROM message
            UNION ALL
            SELECT (SELECT min(m.app) FROM message m WHERE m.app > apps.app) FROM apps WHERE apps.app IS NOT NULL
        )
        \(traceColumns)
        FROM apps JOIN message m ON m.app = apps.app AND m.message_id = $1
        JOIN standing s ON s.id = m.id
        LEFT JOIN progress p ON p.message = m.id
        LEFT JOIN decision d ON d.id = s.decision
        WHERE $2 IS NULL OR m.app = $2
        ORDER BY m.app
        """, [.text, .text])

    static func traces(messageID: String, app: String?) -> PostgresQuery {
        PostgresQuery(traceStatement, [.stored(messageID), .stored(app)])
    }

    static func trace(_ row: PostgresRow) throws(PostgresError) -> MessageTrace {
        var trace = MessageTrace(
            key: MessageKey(app: try row.original(8) ?? "", messageID: try row.original(9) ?? ""),
            firstSeenAt: Date(microseconds: try row.integer(13)), state: try row.attemptState(from: 0),
            attempts: Int(try row.integer(1)), changedAt: Date(microseconds: try row.integer(2)))
        trace.worker = try row.original(3)
        trace.status = try row.optionalText(4).flatMap(MessageStatus.init)
        trace.errorCode = try row.optionalInteger(5).map { Int($0) }
        trace.sid = try row.original(6)
        trace.providerStatus = try row.original(7)
        trace.messageClass = try row.optionalText(10).flatMap(MessageClass.init)
        trace.purpose = try row.original(11)
        trace.channel = try row.optionalText(12).flatMap(Channel.init)
        trace.statusAt = try row.optionalInteger(14).map(Date.init(microseconds:))
        trace.finalAt = try row.optionalInteger(15).map(Date.init(microseconds:))
        trace.deferralReason = try row.original(16)
        trace.decision = try row.optionalBytes(17)
        return trace
    }
}
