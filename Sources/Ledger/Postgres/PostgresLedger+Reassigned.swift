import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: ReassignedNumbers {
    /// Keeps an answer where it tells more than what stands; whether it does.
    public func record(_ reassignment: Reassignment, of recipient: [RecipientToken]) async throws -> Bool {
        guard let newest = recipient.first else { return false }
        return try await write(LedgerQueries.record(reassignment, of: newest, recipient)) {
            try onlyRow($0.last).boolean(0)
        }
    }

    /// What is known, on a connection that reads.
    public func reassignment(of recipient: [RecipientToken]) async throws -> ReassignmentAnswers {
        try await readAll(LedgerQueries.reassignment(of: recipient)) {
            try $0.first?.reassignment(from: 0) ?? ReassignmentAnswers()
        }
    }
}

extension LedgerQueries {
    /// The yes that tells most under any of a person's tokens.
    static func reassignedYes(_ recipients: String, where condition: String) -> String {
        """
        SELECT n.answer, n.consent_at, n.at FROM reassigned n
        WHERE \(condition) AND n.is_yes AND n.recipient = ANY (\(recipients))
        ORDER BY n.consent_at DESC, n.at LIMIT 1
        """
    }

    /// The last other answer, of two at once the one that says less.
    static func reassignedOther(_ recipients: String, where condition: String) -> String {
        """
        SELECT n.answer, n.consent_at, n.at FROM reassigned n
        WHERE \(condition) AND NOT n.is_yes AND n.recipient = ANY (\(recipients))
        ORDER BY n.at DESC, n.answer DESC, n.consent_at DESC LIMIT 1
        """
    }

    private static let recordStatement = PostgresStatement(
        "SELECT record_reassigned($1, $2, $3, $4)", [.text, .integer, .integer, .integer])
    private static let adoptStatement = PostgresStatement("SELECT adopt_reassigned($1)", [.texts])

    fileprivate static func record(
        _ reassignment: Reassignment, of newest: RecipientToken, _ recipient: [RecipientToken]
    ) -> [LedgerStep] {
        let order = LockOrder.consent(newest, "")
        let record = PostgresQuery(
            recordStatement,
            [
                .stored(newest.text), .integer(reassignment.answer.rawValue), .instant(reassignment.consentAt),
                .instant(reassignment.at),
            ])
        return [
            LedgerStep(order, PostgresQuery(adoptStatement, [.stored(recipient)])), LedgerStep(order, record),
        ]
    }

    private static let readStatement = PostgresStatement(
        """
        SELECT y.answer, y.consent_at, y.at, o.answer, o.consent_at, o.at FROM (VALUES (1)) AS one
        LEFT JOIN LATERAL (\(reassignedYes("$1", where: "true"))) y ON true
        LEFT JOIN LATERAL (\(reassignedOther("$1", where: "true"))) o ON true
        """, [.texts])

    fileprivate static func reassignment(of recipient: [RecipientToken]) -> PostgresQuery {
        PostgresQuery(readStatement, [.stored(recipient)])
    }
}

extension PostgresRow {
    /// What is known of a number, from the columns of a yes and of another answer.
    func reassignment(from start: Int) throws(PostgresError) -> ReassignmentAnswers {
        var answers = ReassignmentAnswers()
        for start in [start, start + 3] {
            guard let answer = try optionalInteger(start) else { continue }
            answers.add(
                Reassignment(
                    stored: answer, consentAt: Date(microseconds: try integer(start + 1)),
                    at: Date(microseconds: try integer(start + 2))))
        }
        return answers
    }
}
