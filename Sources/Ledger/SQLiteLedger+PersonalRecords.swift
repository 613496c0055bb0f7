import FoundationEssentials
import GRDB
public import Messaging

extension SQLiteLedger: PersonalRecords {
    /// The messages to a person in a part, on the connection that reads.
    public func messages(
        to recipient: [RecipientToken], after row: Int64?, limit: Int
    ) async throws -> PersonalMessages {
        try await read { connection throws(LedgerError) in
            try connection.personalMessages(recipient, after: row ?? 0, limit: limit)
        }
    }

    /// What else is kept, on the connection that reads.
    public func facts(of recipient: [RecipientToken]) async throws -> [PersonalFact] {
        try await read { connection throws(LedgerError) in
            try connection.query { database in
                try PersonalFact.Kind.allCases.flatMap { kind in
                    try recipient.flatMap { try kind.rows(of: $0, database) }
                }
            }
        }
    }

    /// The ids of other keys under which rows of people stand, on the connection that reads.
    public func keys(besides ids: [String]) async throws -> [String] {
        try await read { connection throws(LedgerError) in
            try connection.query { database in
                try String.fetchAll(database, sql: "SELECT id FROM token_key ORDER BY id").filter { id in
                    guard !ids.contains(id) else { return false }
                    // A token goes on with an underscore behind the id, and the grave accent is the next character.
                    return try PersonalFact.Kind.allCases.contains { kind in
                        try Bool.fetchOne(
                            database,
                            sql: """
                                SELECT EXISTS (SELECT 1 FROM \(kind.rawValue) WHERE recipient >= ? AND recipient < ?)
                                """,
                            arguments: ["ph_\(id)_", "ph_\(id)`"]) ?? false
                    }
                }
            }
        }
    }

    /// Takes the person off the messages of a part that have ended.
    public func erase(
        messagesTo recipient: [RecipientToken], after row: Int64?, limit: Int
    ) async throws -> ErasedMessages {
        try await write { connection throws(LedgerError) in
            try connection.erase(messagesTo: recipient, after: row ?? 0, limit: limit)
        }
    }

    /// Removes all else but revocations.
    public func erase(factsOf recipient: [RecipientToken]) async throws -> ErasedFacts {
        try await write { connection throws(LedgerError) in
            try connection.query { database in
                func remove(_ condition: String) throws -> Int {
                    try recipient.reduce(0) { sum, token in
                        try database.execute(
                            sql: "DELETE FROM \(condition) AND recipient = ?", arguments: [token.text])
                        return sum + database.changesCount
                    }
                }
                try database.execute(sql: "UPDATE ledger SET erasures = erasures + 1")
                var removed: [PersonalFact.Kind: Int] = [:]
                for kind in PersonalFact.Kind.allCases {
                    removed[kind] = try remove("\(kind.rawValue) WHERE \(kind.goes)")
                }
                return ErasedFacts(
                    facts: removed.filter { $0.value > 0 }, grants: try remove("consent WHERE kind = 'granted'"))
            }
        }
    }
}

extension LedgerConnection {
    fileprivate func personalMessages(
        _ recipient: [RecipientToken], after row: Int64, limit: Int
    ) throws(LedgerError) -> PersonalMessages {
        let end = try partEnd(after: row, limit: limit)
        let found = try query { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT n.text AS app, m.app AS app_id, m.message_id FROM message m JOIN name n ON n.id = m.app
                    WHERE m.id > ? AND m.id <= ? AND m.recipient IN (\(places(recipient))) ORDER BY m.id
                    """, arguments: [row, end.row] + StatementArguments(recipient.map(\.text)))
        }
        var messages: [MessageTrace] = []
        for message in found {
            let key = MessageKey(app: message["app"], messageID: message["message_id"])
            if let stored = try tables.messages.row(key, app: message["app_id"]) {
                var trace = try trace(key, stored)
                trace.origin = try query { database in
                    try String.fetchOne(
                        database, sql: "SELECT origin FROM awaited WHERE message = ?", arguments: [stored.id])
                }
                messages.append(trace)
            }
        }
        return PersonalMessages(messages: messages, next: end.isLast ? nil : end.row)
    }

    fileprivate func erase(
        messagesTo recipient: [RecipientToken], after row: Int64, limit: Int
    ) throws(LedgerError) -> ErasedMessages {
        let end = try partEnd(after: row, limit: limit)
        let whose = "id > ? AND id <= ? AND recipient IN (\(places(recipient)))"
        let arguments: StatementArguments = [row, end.row] + StatementArguments(recipient.map(\.text))
        return try query { database in
            try database.execute(
                sql: """
                    UPDATE message SET recipient = NULL WHERE \(whose) AND EXISTS (
                        SELECT 1 FROM progress p
                        WHERE p.message = message.id AND p.final_at IS NOT NULL AND p.state IN (2, 3, 5, 6))
                    """, arguments: arguments)
            let erased = database.changesCount
            let kept = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM message WHERE \(whose)", arguments: arguments)
            return ErasedMessages(erased: erased, kept: kept ?? 0, next: end.isLast ? nil : end.row)
        }
    }

    /// The last of the next rows, and whether none follows.
    private func partEnd(after row: Int64, limit: Int) throws(LedgerError) -> (row: Int64, isLast: Bool) {
        try query { database in
            let part = try Row.fetchOne(
                database,
                sql: """
                    SELECT max(id) AS last, count(*) AS count
                    FROM (SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ?)
                    """, arguments: [row, limit])
            return (part?["last"] ?? row, (part?["count"] ?? 0) < limit)
        }
    }

    private func places(_ recipient: [RecipientToken]) -> String {
        recipient.map { _ in "?" }.joined(separator: ", ")
    }
}

extension PersonalFact.Kind {
    /// Which rows go with the person.
    var goes: String { self == .reassigned ? "NOT is_yes" : "true" }

    private var sql: String {
        switch self {
        case .conversation:
            """
            SELECT c.at, n.text AS program, c.app, c.message_id, c.metadata
            FROM conversation c JOIN name n ON n.id = c.program WHERE c.recipient = ? ORDER BY c.at
            """
        case .sent:
            """
            SELECT s.at, n.text AS program, a.text AS app, s.purpose
            FROM sent s JOIN name n ON n.id = s.program JOIN name a ON a.id = s.app WHERE s.recipient = ? ORDER BY s.at
            """
        case .lastInbound:
            """
            SELECT l.at, n.text AS program, l.channel
            FROM last_inbound l JOIN name n ON n.id = l.program WHERE l.recipient = ? ORDER BY l.at
            """
        case .badNumber: "SELECT at, channel, code FROM bad_number WHERE recipient = ? ORDER BY at"
        case .reassigned: "SELECT at, answer, consent_at FROM reassigned WHERE recipient = ? ORDER BY at"
        }
    }

    fileprivate func rows(of recipient: RecipientToken, _ database: Database) throws -> [PersonalFact] {
        try Row.fetchAll(database, sql: sql, arguments: [recipient.text]).map { row in
            var fact = PersonalFact(self, at: Date(microseconds: row["at"]))
            func text(_ column: String) -> String? { row.hasColumn(column) ? row[column] : nil }
            fact.program = text("program")
            fact.app = text("app")
            fact.messageID = text("message_id")
            fact.purpose = text("purpose")
            fact.channel = text("channel")
            fact.metadata = text("metadata")
            fact.code = row.hasColumn("code") ? row["code"] : nil
            if row.hasColumn("answer") {
                fact.reassignment = Reassignment(
                    stored: row["answer"], consentAt: Date(microseconds: row["consent_at"]), at: fact.at)
            }
            return fact
        }
    }
}
