import FoundationEssentials
import GRDB
import Messaging

/// The messages: what was attempted and what came of it.
///
/// A message is found by its key once, and by its row id from then on. The key is compared even so: row ids of rows that
/// were removed may be given again.
final class MessageTable {
    let insert: PreparedStatement
    let reclaim: PreparedStatement
    let readdress: PreparedStatement
    let begin: PreparedStatement
    let accept: PreparedStatement
    let leave: PreparedStatement
    let close: PreparedStatement
    let deferral: PreparedStatement
    let take: PreparedStatement
    let status: PreparedStatement
    let report: PreparedStatement
    private let findKey: PreparedStatement
    private let findSID: PreparedStatement
    private let noteSID: PreparedStatement
    private let findID: PreparedStatement
    private var ids: [MessageKey: Int64] = [:]

    /// More than are ever in flight in one process.
    private static let limit = 16_384

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        insert = try statement(
            """
            INSERT INTO message (app, message_id, state, attempt, rank, first_seen, changed_at, program, class, purpose,
                channel, request_hash, recipient)
            VALUES (?, ?, 0, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        reclaim = try statement(
            """
            UPDATE message SET request_hash = ?, class = ?, purpose = ?, channel = ?, program = ?, recipient = ?
            WHERE id = ?
            """)
        readdress = try statement("UPDATE message SET recipient = ? WHERE id = ?")
        begin = try statement(
            """
            UPDATE message SET state = 1, attempt = ?1, worker = ?2, changed_at = ?3, decision = ?4
            WHERE id = ?5 AND message_id = ?6 AND state IN (0, 4) AND attempt = ?1 - 1
            """)
        // An answer also settles an attempt that was given up for unknown, or that a callback has settled before.
        accept = try statement(
            """
            UPDATE message SET state = 2, changed_at = ?1, sid = ?2, provider_status = ?3,
                status = CASE WHEN rank < ?4 THEN ?5 ELSE status END, rank = max(rank, ?4)
            WHERE id = ?6 AND message_id = ?7 AND attempt = ?8
                AND (state IN (1, 4) AND worker = ?9 OR state = 2 AND sid = ?2)
            """)
        // Where a callback has told a SID, the provider has taken the message, whatever the attempt came to.
        leave = try statement(
            """
            UPDATE message SET state = CASE WHEN sid IS NULL THEN ?1 ELSE 2 END, changed_at = ?2, error_code = ?3,
                status = CASE WHEN rank < ?4 THEN ?5 ELSE status END, rank = max(rank, ?4),
                final_at = coalesce(?6, final_at)
            WHERE id = ?7 AND message_id = ?8 AND state = ?9 AND attempt = ?10 AND worker = coalesce(?11, worker)
            """)
        close = try statement(
            """
            UPDATE message SET state = 6, changed_at = ?1, status = ?2, rank = max(rank, ?3), final_at = ?1,
                decision = coalesce(?4, decision)
            WHERE id = ?5 AND message_id = ?6 AND state = 0
            """)
        deferral = try statement(
            """
            UPDATE message SET deferral_reason = ?1, status = CASE WHEN rank < ?2 THEN ?3 ELSE status END,
                rank = max(rank, ?2)
            WHERE id = ?4 AND message_id = ?5
            """)
        take = try statement(
            """
            UPDATE message SET state = ?1, attempt = ?2, changed_at = ?3, sid = coalesce(sid, ?4),
                provider_status = coalesce(provider_status, ?5)
            WHERE id = ?6
            """)
        status = try statement(
            """
            UPDATE message SET status = ?1, rank = ?2, status_at = ?3, final_at = coalesce(?4, final_at),
                error_code = coalesce(?5, error_code)
            WHERE id = ?6 AND rank < ?2
            """)
        report = try statement(
            """
            INSERT INTO message (app, message_id, state, attempt, rank, first_seen, changed_at, program, recipient,
                status, status_at, final_at, error_code, sid, provider_status)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?6, ?10, ?11, ?12, ?13)
            """)
        findKey = try statement("SELECT \(MessageRow.columns) FROM message WHERE app = ? AND message_id = ?")
        findSID = try statement(
            "SELECT \(MessageRow.columns) FROM message WHERE id = (SELECT message FROM provider_id WHERE sid = ?)")
        noteSID = try statement("INSERT INTO provider_id (sid, message) VALUES (?, ?) ON CONFLICT DO NOTHING")
        findID = try statement("SELECT id FROM message WHERE app = ? AND message_id = ?")
    }

    func row(_ key: MessageKey, app: Int64) throws(LedgerError) -> MessageRow? {
        let row = try findKey.first(
            {
                $0.integer(app)
                $0.text(key.messageID)
            }, { MessageRow($0) })
        if let row { remember(key, row.id) }
        return row
    }

    func row(sid: String) throws(LedgerError) -> MessageRow? {
        try findSID.first({ $0.text(sid) }, { MessageRow($0) })
    }

    /// Lets ``row(sid:)`` find a message.
    func note(sid: String, message: Int64) throws(LedgerError) {
        try noteSID.run {
            $0.text(sid)
            $0.integer(message)
        }
    }

    /// The row of a message that was claimed before.
    func id(_ key: MessageKey, app: Int64) throws(LedgerError) -> Int64 {
        if let id = ids[key] { return id }
        let found = try findID.first(
            {
                $0.integer(app)
                $0.text(key.messageID)
            }, { $0.integer(0) })
        guard let found else { throw LedgerError(.unknownMessage) }
        remember(key, found)
        return found
    }

    func remember(_ key: MessageKey, _ id: Int64) {
        if ids.count >= Self.limit { ids = [:] }
        ids[key] = id
    }

    func forget(_ key: MessageKey) { ids[key] = nil }

    func forget() { ids = [:] }
}
