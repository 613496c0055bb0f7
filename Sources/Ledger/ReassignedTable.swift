import FoundationEssentials
import GRDB
import Messaging

/// What a database of reassigned numbers answered, the last of each person.
final class ReassignedTable {
    private let store: PreparedStatement
    private let read: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        store = try statement(
            """
            INSERT INTO reassigned (recipient, answer, consent_at, at, ages_from) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET answer = excluded.answer, consent_at = excluded.consent_at, at = excluded.at,
                ages_from = excluded.ages_from
            WHERE (excluded.at, excluded.answer) > (at, answer)
            """)
        read = try statement("SELECT answer, consent_at, at FROM reassigned WHERE recipient = ?")
    }

    /// Whether it became the last answer.
    func record(_ reassignment: Reassignment, of recipient: RecipientToken) throws(LedgerError) -> Bool {
        try store.run {
            $0.text(recipient.text)
            $0.integer(reassignment.answer.severity)
            $0.integer(reassignment.consentAt.microseconds)
            $0.integer(reassignment.at.microseconds)
            $0.integer(reassignment.agesFrom?.microseconds)
        } > 0
    }

    /// The last answer under any of the tokens.
    func last(of recipient: [RecipientToken]) throws(LedgerError) -> Reassignment? {
        var last: Reassignment?
        for token in recipient {
            let found = try read.first(
                { $0.text(token.text) },
                {
                    Reassignment(
                        Reassignment.Answer(severity: $0.integer(0)), consentAt: Date(microseconds: $0.integer(1)),
                        at: Date(microseconds: $0.integer(2)))
                })
            if let found, last?.yields(to: found) ?? true { last = found }
        }
        return last
    }
}

extension Reassignment {
    /// Since when it grows old; nil for what never does.
    var agesFrom: Date? { answer == .yes ? nil : at }

    /// Whether it still counts after so many seconds: that a number is somebody else's does for ever.
    func counts(for age: Int, now: Date) -> Bool {
        agesFrom.map { $0.microseconds > now.microseconds &- Int64(age) &* 1_000_000 } ?? true
    }
}
