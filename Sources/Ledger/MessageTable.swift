import FoundationEssentials
import GRDB
import Messaging

/// What was asked for: found by its key once, and by its row id from then on.
final class MessageTable {
    private let insert: PreparedStatement
    private let complete: PreparedStatement
    private let readdress: PreparedStatement
    private let noteSeen: PreparedStatement
    private let insertUnseen: PreparedStatement
    private let findID: PreparedStatement
    private let findKey: PreparedStatement
    private let findSID: PreparedStatement
    private let noteAnswer: PreparedStatement
    private let forgetAnswer: PreparedStatement
    private let findAnswer: PreparedStatement
    private let noteSID: PreparedStatement
    private var ids: [MessageKey: Int64] = [:]

    /// More than are ever in flight in one process.
    private static let limit = 16_384

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        insert = try statement(
            """
            INSERT INTO message (app, message_id, first_seen, program, class, purpose, channel, request_hash, recipient)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        complete = try statement(
            """
            UPDATE message SET program = ?, class = ?, purpose = ?, channel = ?, request_hash = ?, recipient = ?
            WHERE id = ?
            """)
        readdress = try statement("UPDATE message SET recipient = ?, request_hash = ? WHERE id = ?")
        noteSeen = try statement("UPDATE message SET seen_at = ? WHERE id = ?")
        insertUnseen = try statement(
            "INSERT INTO message (app, message_id, first_seen, program, recipient) VALUES (?, ?, ?, ?, ?)")
        findID = try statement("SELECT id FROM message WHERE app = ? AND message_id = ?")
        findKey = try statement("\(MessageRow.selection) WHERE app = ? AND message_id = ?")
        findSID = try statement("\(MessageRow.selection) WHERE id = (SELECT message FROM provider_id WHERE sid = ?)")
        noteSID = try statement("INSERT INTO provider_id (sid, message) VALUES (?, ?) ON CONFLICT DO NOTHING")
        noteAnswer = try statement(
            "INSERT INTO answered (message, sid) VALUES (?, ?) ON CONFLICT DO NOTHING")
        forgetAnswer = try statement("DELETE FROM answered WHERE message = ? AND sid = ?")
        findAnswer = try statement("SELECT message FROM answered WHERE sid = ?")
    }

    /// Stores a message; nil when its key is taken.
    func insert(_ claim: MessageClaim, app: Int64, program: Int64) throws(LedgerError) -> Int64? {
        let isNew = try insert.run {
            $0.integer(app)
            $0.text(claim.key.messageID)
            $0.integer(claim.now.microseconds)
            $0.integer(program)
            $0.text(claim.messageClass.rawValue)
            $0.text(claim.purpose)
            $0.text(claim.channel.rawValue)
            $0.blob(claim.requestHash)
            $0.text(claim.recipient.first?.text)
        }
        guard isNew > 0 else { return nil }
        let id = insert.lastInsertedID
        remember(claim.key, id)
        return id
    }

    /// Adds the request to a message of which only a status was known.
    func complete(_ id: Int64, _ claim: MessageClaim, program: Int64) throws(LedgerError) {
        try complete.run {
            $0.integer(program)
            $0.text(claim.messageClass.rawValue)
            $0.text(claim.purpose)
            $0.text(claim.channel.rawValue)
            $0.blob(claim.requestHash)
            $0.text(claim.recipient.first?.text)
            $0.integer(id)
        }
    }

    /// Moves a message to the newest key: its recipient's token and its hash.
    func readdress(_ id: Int64, _ claim: MessageClaim, recipient: RecipientToken?) throws(LedgerError) {
        try readdress.run {
            $0.text(recipient?.text)
            $0.blob(claim.requestHash)
            $0.integer(id)
        }
    }

    /// Remembers that somebody works on an old message, which keeps it from being pruned.
    func noteSeen(_ row: MessageRow, now: Date) throws(LedgerError) {
        let now = now.microseconds
        guard now &- max(row.firstSeen, row.seenAt ?? .min) > PruneProgress.day else { return }
        try noteSeen.run {
            $0.integer(now)
            $0.integer(row.id)
        }
    }

    /// Stores a message of which only a status is known.
    func insertUnseen(_ report: StatusReport, _ key: MessageKey, app: Int64, program: Int64?) throws(LedgerError)
        -> Int64
    {
        try insertUnseen.run {
            $0.integer(app)
            $0.text(key.messageID)
            $0.integer(report.at.microseconds)
            $0.integer(program)
            $0.text(report.recipient?.text)
        }
        return insertUnseen.lastInsertedID
    }

    /// The message and what came of it.
    func row(_ key: MessageKey, app: Int64) throws(LedgerError) -> MessageRow? {
        let row = try findKey.first(
            {
                $0.integer(app)
                $0.text(key.messageID)
            }, { MessageRow($0) })
        if let row { remember(key, row.id) }
        return row
    }

    /// The message that the provider knows by this id.
    func row(sid: String) throws(LedgerError) -> MessageRow? {
        try findSID.first({ $0.text(sid) }, { MessageRow($0) })
    }

    /// Lets ``row(sid:)`` find a message.
    func note(sid: String, message: Int64) throws(LedgerError) {
        try noteSID.run {
            $0.text(sid)
            $0.integer(message)
        }
        try forgetAnswer.run {
            $0.integer(message)
            $0.text(sid)
        }
    }

    /// Lets ``owner(sid:)`` find a message until a recorder notes the id.
    func note(answer sid: String, message: Int64) throws(LedgerError) {
        try noteAnswer.run {
            $0.integer(message)
            $0.text(sid)
        }
    }

    /// Whose message the provider knows by this id, also before a recorder has seen it.
    func owner(sid: String) throws(LedgerError) -> Int64? {
        if let row = try row(sid: sid) { return row.id }
        return try findAnswer.first({ $0.text(sid) }, { $0.integer(0) })
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

    func forget(_ key: MessageKey) { ids[key] = nil }

    func forget() { ids = [:] }

    private func remember(_ key: MessageKey, _ id: Int64) {
        if ids.count >= Self.limit { ids = [:] }
        ids[key] = id
    }
}
