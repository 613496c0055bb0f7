import FoundationEssentials
import GRDB
import Messaging

/// The messages without a final status, and when the provider is asked about each.
final class AwaitedTable {
    /// A row, with what else is needed to ask about it.
    struct Row {
        var message: Int64
        var sid: String
        var acceptedAt: Int64
        var looks: Int
        var origin: String?
        var app: Int64
        var messageID: String
        var recipient: RecipientToken?

        init(_ columns: Columns) {
            message = columns.integer(0)
            sid = columns.text(1) ?? ""
            acceptedAt = columns.integer(2)
            looks = columns.int(3)
            origin = columns.text(4)
            app = columns.integer(5)
            messageID = columns.text(6) ?? ""
            recipient = columns.text(7).map(RecipientToken.init)
        }
    }

    private let insert: PreparedStatement
    private let remove: PreparedStatement
    private let due: PreparedStatement
    private let lease: PreparedStatement
    private let note: PreparedStatement
    private let count: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        // What is told of the same acceptance again changes nothing; another SID is another attempt's.
        insert = try PreparedStatement(
            database, values,
            """
            INSERT INTO awaited (message, account, due, accepted_at, looks, sid, origin)
            SELECT message, ?2, ?3, ?4, 0, ?5, ?6 FROM progress WHERE message = ?1 AND final_at IS NULL
            ON CONFLICT DO UPDATE SET account = excluded.account, due = excluded.due,
                accepted_at = excluded.accepted_at, looks = 0, sid = excluded.sid, origin = excluded.origin
            WHERE awaited.sid <> excluded.sid
            """)
        remove = try PreparedStatement(database, values, "DELETE FROM awaited WHERE message = ?")
        due = try PreparedStatement(
            database, values,
            """
            SELECT awaited.message, sid, accepted_at, looks, origin, app, message_id, recipient
            FROM awaited JOIN message ON message.id = awaited.message
            WHERE account = ? AND due <= ? ORDER BY due LIMIT ?
            """)
        lease = try PreparedStatement(database, values, "UPDATE awaited SET due = ? WHERE message = ?")
        note = try PreparedStatement(
            database, values, "UPDATE awaited SET due = ?, looks = ? WHERE message = ? AND looks = ?")
        count = try PreparedStatement(
            database, values,
            """
            SELECT account, count(*), count(CASE WHEN due <= ?1 THEN 1 END), min(CASE WHEN due <= ?1 THEN due END)
            FROM awaited GROUP BY account
            """)
    }

    /// Awaits a final status of an accepted message, unless there is one.
    func insert(
        _ message: Int64, account: Int64, sid: String, _ origin: MessageOrigin, acceptedAt: Date, due: Date
    ) throws(LedgerError) {
        try insert.run {
            $0.integer(message)
            $0.integer(account)
            $0.integer(due.microseconds)
            $0.integer(acceptedAt.microseconds)
            $0.text(sid)
            $0.text(StoredOrigin.json(origin))
        }
    }

    /// The final status is there.
    func remove(_ message: Int64) throws(LedgerError) {
        try remove.run { $0.integer(message) }
    }

    func takeDue(account: Int64, now: Date, leasedUntil: Date, limit: Int) throws(LedgerError) -> [Row] {
        var rows: [Row] = []
        try due.forEach({
            $0.integer(account)
            $0.integer(now.microseconds)
            $0.integer(limit)
        }) { rows.append(Row($0)) }
        for row in rows {
            try lease.run {
                $0.integer(leasedUntil.microseconds)
                $0.integer(row.message)
            }
        }
        return rows
    }

    /// Changes nothing unless there were as many looks as the range begins with; then there are as many as it ends with.
    func setDue(_ message: Int64, _ next: Date, looks: ClosedRange<Int>) throws(LedgerError) {
        try note.run {
            $0.integer(next.microseconds)
            $0.integer(looks.upperBound)
            $0.integer(message)
            $0.integer(looks.lowerBound)
        }
    }

    /// By the number of the account's name.
    func counts(now: Date) throws(LedgerError) -> [(account: Int64, count: AwaitedCount)] {
        var counts: [(account: Int64, count: AwaitedCount)] = []
        try count.forEach({ $0.integer(now.microseconds) }) { columns in
            counts.append(
                (
                    columns.integer(0),
                    AwaitedCount(
                        account: "", all: columns.int(1), due: columns.int(2),
                        dueSince: columns.optionalInteger(3).map(Date.init(microseconds:)))
                ))
        }
        return counts
    }
}
