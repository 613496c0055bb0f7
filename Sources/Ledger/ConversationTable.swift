import FoundationEssentials
import GRDB
import Messaging

/// The last message to each person within each program.
final class ConversationTable {
    private struct Entry {
        var conversation: Event.Conversation
        var at: Int64
    }

    private let upsert: PreparedStatement
    private let read: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        upsert = try PreparedStatement(
            database, values,
            """
            INSERT INTO conversation (recipient, program, id, app, message_id, metadata, at)
            VALUES (?, ?, lower(hex(randomblob(16))), ?, ?, ?, ?)
            ON CONFLICT (recipient, program) DO UPDATE SET
                app = excluded.app, message_id = excluded.message_id, metadata = excluded.metadata, at = excluded.at
            WHERE excluded.at >= at
            """)
        read = try PreparedStatement(
            database, values,
            "SELECT id, message_id, app, metadata, at FROM conversation WHERE recipient = ? AND program = ?")
    }

    /// Remembers a message, unless a later one is known.
    func note(
        _ key: MessageKey, recipient: RecipientToken, program: Int64, metadata: [String: String], at: Date
    ) throws(LedgerError) {
        var json = JSONText(reservingCapacity: 128)
        json.pairs(nil, metadata)
        try upsert.run {
            $0.text(recipient.text)
            $0.integer(program)
            $0.text(key.app)
            $0.text(key.messageID)
            $0.text(json.string)
            $0.integer(at.microseconds)
        }
    }

    /// The last message under any of the tokens.
    func last(_ recipient: [RecipientToken], program: Int64) throws(LedgerError) -> Event.Conversation? {
        var last: Entry?
        for token in recipient {
            let entry = try read.first(
                {
                    $0.text(token.text)
                    $0.integer(program)
                },
                { columns in
                    Entry(
                        conversation: Event.Conversation(
                            id: columns.text(0) ?? "", lastMessageID: columns.text(1) ?? "",
                            app: columns.text(2) ?? "", metadata: Self.metadata(columns.text(3))),
                        at: columns.integer(4))
                })
            if let entry, entry.at > last?.at ?? .min { last = entry }
        }
        return last?.conversation
    }

    static func metadata(_ json: String?) -> [String: String] {
        guard let json else { return [:] }
        return (try? JSONDecoder().decode([String: String].self, from: Data(json.utf8))) ?? [:]
    }
}
