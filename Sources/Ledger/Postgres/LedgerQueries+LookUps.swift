import FoundationEssentials
import Messaging
import Postgres

/// What is asked by whoever looks up what no webhook told.
extension LedgerQueries {
    private static let awaitStatement = PostgresStatement(
        "SELECT await_status($1, $2, $3, $4, $5, $6, $7)", [.text, .text, .text, .text, .text, .integer, .integer])

    private static let endStatement = PostgresStatement("SELECT end_awaiting($1, $2, $3)", [.text, .text, .text])

    /// What a report changes in what is awaited, to be run after it; nil where it changes nothing.
    static func awaiting(_ report: StatusReport) -> PostgresQuery? {
        if report.status.isFinal {
            return PostgresQuery(
                endStatement, [.stored(report.key?.app), .stored(report.key?.messageID), .stored(report.sid)])
        }
        guard report.status == .accepted, let key = report.key, let sid = report.sid, let origin = report.origin,
            let due = report.lookAt
        else { return nil }
        return PostgresQuery(
            awaitStatement,
            [
                .stored(key.app), .stored(key.messageID), .stored(origin.message.account), .stored(sid),
                .stored(StoredOrigin.json(origin)), .instant(report.at), .instant(due),
            ])
    }

    private static let takeStatement = PostgresStatement(
        "SELECT app, message_id, recipient, sid, accepted_at, looks, origin FROM take_due($1, $2, $3, $4)",
        [.text, .integer, .integer, .integer])

    static func takeDue(account: String, now: Date, leasedUntil: Date, limit: Int) -> [LedgerStep] {
        let query = PostgresQuery(
            takeStatement, [.stored(account), .instant(now), .instant(leasedUntil), .integer(limit)])
        return [LedgerStep(.last, query)]
    }

    static func due(_ answers: [PostgresRows], account: String) throws -> [AwaitedStatus] {
        var due: [AwaitedStatus] = []
        for row in answers.last?.rows ?? [] {
            let key = MessageKey(app: try row.original(0) ?? "", messageID: try row.original(1) ?? "")
            let origin = StoredOrigin.origin(
                try row.original(6), key, account: account,
                recipient: try row.original(2).map(RecipientToken.init))
            due.append(
                AwaitedStatus(
                    key: key, sid: try row.original(3) ?? "", origin: origin,
                    acceptedAt: Date(microseconds: try row.integer(4)), looks: Int(try row.integer(5))))
        }
        return due
    }

    private static let lookStatement = PostgresStatement(
        "SELECT note_look($1, $2, $3, $4)", [.text, .text, .integer, .integer])

    static func noteLook(_ key: MessageKey, looks: Int, next: Date) -> [LedgerStep] {
        let query = PostgresQuery(
            lookStatement, [.stored(key.app), .stored(key.messageID), .integer(looks), .instant(next)])
        return [LedgerStep(.message(key), query)]
    }

    private static let putOffStatement = PostgresStatement(
        """
        UPDATE awaited SET due = $4
        WHERE message = (SELECT id FROM message WHERE app = $1 AND message_id = $2) AND looks = $3
        """, [.text, .text, .integer, .integer])

    static func putOff(_ awaited: AwaitedStatus, until next: Date) -> [LedgerStep] {
        let query = PostgresQuery(
            putOffStatement,
            [.stored(awaited.key.app), .stored(awaited.key.messageID), .integer(awaited.looks), .instant(next)])
        return [LedgerStep(.message(awaited.key), query)]
    }

    private static let countStatement = PostgresStatement(
        """
        SELECT account, count(*), count(*) FILTER (WHERE due <= $1), min(due) FILTER (WHERE due <= $1)
        FROM awaited GROUP BY account ORDER BY account
        """, [.integer])

    static func awaited(now: Date) -> [LedgerStep] {
        [LedgerStep(.ledger, PostgresQuery(countStatement, [.instant(now)]))]
    }

    static func counts(_ answers: [PostgresRows]) throws -> [AwaitedCount] {
        var counts: [AwaitedCount] = []
        for row in answers.last?.rows ?? [] {
            counts.append(
                AwaitedCount(
                    account: try row.original(0) ?? "", all: Int(try row.integer(1)), due: Int(try row.integer(2)),
                    dueSince: try row.optionalInteger(3).map(Date.init(microseconds:))))
        }
        return counts
    }
}
