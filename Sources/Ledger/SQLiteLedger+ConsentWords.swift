import FoundationEssentials
import GRDB
public import Messaging

extension SQLiteLedger: ConsentWords {
    private static let columns = """
        SELECT c.recipient, n.text AS program, c.kind, c.at, c.evidence, c.keyword
        FROM consent c JOIN name n ON n.id = c.program
        """

    /// What stands under any of a person's tokens, on the connection that reads.
    public func words(of recipient: [RecipientToken]) async throws -> [ConsentWord] {
        try await read { connection throws(LedgerError) in
            try connection.query { database in
                try recipient.flatMap { token in
                    try Row.fetchAll(
                        database, sql: Self.columns + " WHERE c.recipient = ? ORDER BY c.program",
                        arguments: [token.text])
                }.map(Self.word)
            }
        }
    }

    /// The next words by token and program.
    public func words(after word: ConsentWord?, limit: Int) async throws -> [ConsentWord] {
        try await read { connection throws(LedgerError) in
            try connection.query { database in
                // No program has a number below that of everything, 0.
                try Row.fetchAll(
                    database,
                    sql: Self.columns + """
                         WHERE (c.recipient, c.program) > (?, coalesce((SELECT id FROM name WHERE text = ?), -1))
                        ORDER BY c.recipient, c.program LIMIT ?
                        """, arguments: [word?.recipient.text ?? "", word?.program, limit]
                ).map(Self.word)
            }
        }
    }

    private static func word(_ row: Row) -> ConsentWord {
        ConsentWord(
            recipient: RecipientToken(row["recipient"]), program: row["program"],
            // A word of a newer version is taken for a no.
            kind: ConsentChange.Kind(rawValue: row["kind"]) ?? .revoked, at: Date(microseconds: row["at"]),
            evidence: row["evidence"], keyword: row["keyword"])
    }
}
