import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: PersonalRecords {
    /// The messages to a person in a part, on a connection that reads.
    public func messages(
        to recipient: [RecipientToken], after row: Int64?, limit: Int
    ) async throws -> PersonalMessages {
        let end = try await partEnd(after: row ?? 0, limit: limit)
        let messages = try await readAll(LedgerQueries.messages(to: recipient, after: row ?? 0, through: end.row)) {
            try $0.map { row in
                var trace = try LedgerQueries.trace(row)
                trace.origin = try row.original(18)
                return trace
            }
        }
        return PersonalMessages(messages: messages, next: end.isLast ? nil : end.row)
    }

    /// What else is kept, on a connection that reads.
    public func facts(of recipient: [RecipientToken]) async throws -> [PersonalFact] {
        var facts: [PersonalFact] = []
        for kind in PersonalFact.Kind.allCases {
            facts += try await readAll(LedgerQueries.facts(kind, of: recipient)) {
                try $0.map { try LedgerQueries.fact(kind, $0) }
            }
        }
        return facts
    }

    /// The ids of other keys under which rows of people stand, on a connection that reads.
    public func keys(besides ids: [String]) async throws -> [String] {
        try await readAll(LedgerQueries.keys(besides: ids)) { try $0.compactMap { try $0.original(0) } }
    }

    /// Takes the person off the messages of a part that have ended.
    public func erase(
        messagesTo recipient: [RecipientToken], after row: Int64?, limit: Int
    ) async throws -> ErasedMessages {
        let end = try await partEnd(after: row ?? 0, limit: limit)
        return try await write(LedgerQueries.erase(messagesTo: recipient, after: row ?? 0, through: end.row)) {
            let answer = try onlyRow($0.last)
            return ErasedMessages(
                erased: Int(try answer.integer(0)), kept: Int(try answer.integer(1)), next: end.isLast ? nil : end.row)
        }
    }

    /// Removes all else but revocations.
    public func erase(factsOf recipient: [RecipientToken]) async throws -> ErasedFacts {
        try await write(LedgerQueries.erase(factsOf: recipient)) {
            let answer = try onlyRow($0.last)
            var removed: [PersonalFact.Kind: Int] = [:]
            for (index, kind) in PersonalFact.Kind.allCases.enumerated() {
                let count = Int(try answer.integer(index))
                if count > 0 { removed[kind] = count }
            }
            return ErasedFacts(facts: removed, grants: Int(try answer.integer(PersonalFact.Kind.allCases.count)))
        }
    }

    /// The last of the next rows, and whether none follows.
    private func partEnd(after row: Int64, limit: Int) async throws -> (row: Int64, isLast: Bool) {
        try await readAll(LedgerQueries.partEnd(after: row, limit: limit)) { rows in
            guard let part = rows.first else { return (row, true) }
            return (try part.optionalInteger(0) ?? row, Int(try part.integer(1)) < limit)
        }
    }
}

extension LedgerQueries {
    private static let endStatement = PostgresStatement(
        """
        SELECT max(id), count(*) FROM (SELECT m.id FROM message m WHERE m.id > $1 ORDER BY m.id LIMIT $2) part
        """, [.integer, .integer])

    fileprivate static func partEnd(after row: Int64, limit: Int) -> PostgresQuery {
        PostgresQuery(endStatement, [.integer(row), .integer(limit)])
    }

    private static let messagesStatement = PostgresStatement(
        """
        \(traceColumns), w.origin
        FROM message m JOIN standing s ON s.id = m.id
        LEFT JOIN awaited w ON w.message = m.id
        LEFT JOIN progress p ON p.message = m.id
        LEFT JOIN decision d ON d.id = s.decision
        WHERE m.id > $1 AND m.id <= $2 AND m.recipient = ANY ($3)
        ORDER BY m.id
        """, [.integer, .integer, .texts])

    fileprivate static func messages(
        to recipient: [RecipientToken], after row: Int64, through end: Int64
    ) -> PostgresQuery {
        PostgresQuery(messagesStatement, [.integer(row), .integer(end), .stored(recipient)])
    }

    /// What somebody else holds is in use, and counts as kept: nothing is waited for.
    private static let eraseMessagesStatement = PostgresStatement(
        """
        WITH theirs AS (
            SELECT m.id FROM message m WHERE m.id > $1 AND m.id <= $2 AND m.recipient = ANY ($3)
        ), free AS (
            SELECT m.id FROM message m WHERE m.id IN (SELECT t.id FROM theirs t) FOR UPDATE SKIP LOCKED
        ), erased AS (
            UPDATE message m SET recipient = NULL FROM free f JOIN aged a ON a.id = f.id
            WHERE m.id = f.id AND a.has_ended RETURNING m.id
        )
        SELECT (SELECT count(*) FROM erased), (SELECT count(*) FROM theirs) - (SELECT count(*) FROM erased)
        """, [.integer, .integer, .texts])

    fileprivate static func erase(
        messagesTo recipient: [RecipientToken], after row: Int64, through end: Int64
    ) -> [LedgerStep] {
        let query = PostgresQuery(
            eraseMessagesStatement, [.integer(row), .integer(end), .stored(recipient)])
        return [LedgerStep(.last, query)]
    }

    /// A token goes on with an underscore behind the key's id, and the grave accent is the next character.
    private static let keysStatement = PostgresStatement(
        """
        SELECT k.id FROM token_key k WHERE NOT k.id = ANY ($1) AND (\(PersonalFact.Kind.allCases.map { kind in
            "EXISTS (SELECT FROM \(kind.rawValue) r WHERE r.recipient >= 'ph_' || k.id || '_' "
                + "AND r.recipient < 'ph_' || k.id || '`')"
        }.joined(separator: " OR "))) ORDER BY k.id
        """, [.texts])

    fileprivate static func keys(besides ids: [String]) -> PostgresQuery {
        PostgresQuery(keysStatement, [.texts(ids.map(StoredText.stored))])
    }

    private static func columns(_ kind: PersonalFact.Kind) -> String {
        switch kind {
        case .conversation:
            "at, program, app, message_id, NULL::text, NULL::text, metadata, NULL::bigint, NULL::bigint, NULL::bigint"
        case .sent:
            "at, program, app, NULL::text, purpose, NULL::text, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint"
        case .lastInbound:
            "at, program, NULL::text, NULL::text, NULL::text, channel, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint"
        case .badNumber:
            "at, NULL::text, NULL::text, NULL::text, NULL::text, channel, NULL::text, code, NULL::bigint, NULL::bigint"
        case .reassigned:
            "at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, answer, consent_at"
        }
    }

    fileprivate static func facts(_ kind: PersonalFact.Kind, of recipient: [RecipientToken]) -> PostgresQuery {
        PostgresQuery(
            PostgresStatement(
                "SELECT \(columns(kind)) FROM \(kind.rawValue) WHERE recipient = ANY ($1) ORDER BY at", [.texts]),
            [.stored(recipient)])
    }

    fileprivate static func fact(_ kind: PersonalFact.Kind, _ row: PostgresRow) throws(PostgresError) -> PersonalFact {
        var fact = PersonalFact(kind, at: Date(microseconds: try row.integer(0)))
        fact.program = try row.original(1)
        fact.app = try row.original(2)
        fact.messageID = try row.original(3)
        fact.purpose = try row.original(4)
        fact.channel = try row.original(5)
        fact.metadata = try row.original(6)
        fact.code = try row.optionalInteger(7).map { Int($0) }
        if let answer = try row.optionalInteger(8), let consentAt = try row.optionalInteger(9) {
            fact.reassignment = Reassignment(
                stored: answer, consentAt: Date(microseconds: consentAt), at: fact.at)
        }
        return fact
    }

    /// Waits for whoever is at work on a row; two that wait for each other are told apart by the server, and this is
    /// tried again.
    private static let eraseFactsStatement: PostgresStatement = {
        let kinds = PersonalFact.Kind.allCases
        let removals = kinds.map { kind in
            "\(kind.rawValue)_gone AS (DELETE FROM \(kind.rawValue) "
                + "WHERE recipient = ANY ($1) AND \(kind.goes) RETURNING 1)"
        }
        let counts = (kinds.map(\.rawValue) + ["consent"]).map { "(SELECT count(*) FROM \($0)_gone)" }
        return PostgresStatement(
            """
            WITH \(removals.joined(separator: ",\n")), consent_gone AS (
                DELETE FROM consent WHERE recipient = ANY ($1) AND kind = 'granted' RETURNING 1
            ) SELECT \(counts.joined(separator: ", "))
            """, [.texts])
    }()

    fileprivate static func erase(factsOf recipient: [RecipientToken]) -> [LedgerStep] {
        let count = PostgresQuery(PostgresStatement("UPDATE ledger SET erasures = erasures + 1"))
        let removal = PostgresQuery(eraseFactsStatement, [.stored(recipient)])
        return [
            LedgerStep(.ledger, count),
            LedgerStep(recipient.first.map { .consent($0, "") } ?? .ledger, removal),
        ]
    }
}
