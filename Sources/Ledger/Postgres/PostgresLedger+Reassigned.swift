import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: ReassignedNumbers {
    /// Keeps an answer; whether it became the last one.
    public func record(_ reassignment: Reassignment, of recipient: RecipientToken) async throws -> Bool {
        try await write(LedgerQueries.record(reassignment, of: recipient)) { $0.last?.first != nil }
    }

    /// The last answer, on a connection that reads.
    public func reassignment(of recipient: [RecipientToken]) async throws -> Reassignment? {
        try await readAll(LedgerQueries.reassignment(of: recipient)) { try $0.first?.reassignment(from: 0) }
    }
}

extension LedgerQueries {
    /// The last answer under any of a person's tokens, of two at once the one that forbids more.
    static func reassignedRow(_ recipients: String, where condition: String) -> String {
        """
        SELECT n.answer, n.consent_at, n.at FROM reassigned n
        WHERE \(condition) AND n.recipient = ANY (\(recipients)) ORDER BY n.at DESC, n.answer DESC LIMIT 1
        """
    }

    private static let recordStatement = PostgresStatement(
        """
        INSERT INTO reassigned AS r (recipient, answer, consent_at, at, ages_from) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (recipient) DO UPDATE
        SET answer = excluded.answer, consent_at = excluded.consent_at, at = excluded.at,
            ages_from = excluded.ages_from
        WHERE (excluded.at, excluded.answer) > (r.at, r.answer)
        RETURNING 1
        """, [.text, .integer, .integer, .integer, .integer])

    fileprivate static func record(_ reassignment: Reassignment, of recipient: RecipientToken) -> [LedgerStep] {
        let query = PostgresQuery(
            recordStatement,
            [
                .stored(recipient.text), .integer(reassignment.answer.severity), .instant(reassignment.consentAt),
                .instant(reassignment.at), .integer(reassignment.agesFrom?.microseconds),
            ])
        return [LedgerStep(.consent(recipient, ""), query)]
    }

    private static let readStatement = PostgresStatement(reassignedRow("$1", where: "true"), [.texts])

    fileprivate static func reassignment(of recipient: [RecipientToken]) -> PostgresQuery {
        PostgresQuery(readStatement, [.stored(recipient)])
    }
}

extension PostgresRow {
    /// An answer on a number, from the columns of ``LedgerQueries/reassignedRow(_:where:)``; nil where there is none.
    func reassignment(from start: Int) throws(PostgresError) -> Reassignment? {
        guard let severity = try optionalInteger(start) else { return nil }
        return Reassignment(
            Reassignment.Answer(severity: severity), consentAt: Date(microseconds: try integer(start + 1)),
            at: Date(microseconds: try integer(start + 2)))
    }
}
