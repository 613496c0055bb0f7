import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: ConsentWords {
    /// What stands under any of a person's tokens, on a connection that reads.
    public func words(of recipient: [RecipientToken]) async throws -> [ConsentWord] {
        try await readAll(LedgerQueries.words(of: recipient)) { try $0.map(LedgerQueries.word) }
    }

    /// The next words by token and program.
    public func words(after word: ConsentWord?, limit: Int) async throws -> [ConsentWord] {
        try await readAll(LedgerQueries.words(after: word, limit: limit)) { try $0.map(LedgerQueries.word) }
    }
}

extension LedgerQueries {
    private static let wordsOfStatement = PostgresStatement(
        """
        SELECT recipient, program, kind, at, evidence, keyword FROM consent WHERE recipient = ANY ($1)
        ORDER BY recipient, program
        """, [.texts])

    static func words(of recipient: [RecipientToken]) -> PostgresQuery {
        PostgresQuery(wordsOfStatement, [.stored(recipient)])
    }

    private static let wordsAfterStatement = PostgresStatement(
        """
        SELECT recipient, program, kind, at, evidence, keyword FROM consent WHERE (recipient, program) > ($1, $2)
        ORDER BY recipient, program LIMIT $3
        """, [.text, .text, .integer])

    static func words(after word: ConsentWord?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            wordsAfterStatement,
            [.stored(word?.recipient.text ?? ""), .stored(word?.program ?? ""), .integer(limit)])
    }

    static func word(_ row: PostgresRow) throws(PostgresError) -> ConsentWord {
        ConsentWord(
            recipient: RecipientToken(try row.original(0) ?? ""), program: try row.original(1) ?? "",
            // A word of a newer version is taken for a no.
            kind: try row.optionalText(2).flatMap(ConsentChange.Kind.init) ?? .revoked,
            at: Date(microseconds: try row.integer(3)), evidence: try row.original(4) ?? "",
            keyword: try row.original(5))
    }
}
