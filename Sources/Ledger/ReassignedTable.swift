import FoundationEssentials
import GRDB
import Messaging

/// What a database of reassigned numbers answered on each person: ``ReassignmentAnswers``, a row each.
final class ReassignedTable {
    private let store: PreparedStatement
    private let read: PreparedStatement
    private let remove: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        store = try statement(
            """
            INSERT INTO reassigned (recipient, is_yes, answer, consent_at, at, ages_from) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET answer = excluded.answer, consent_at = excluded.consent_at, at = excluded.at,
                ages_from = excluded.ages_from
            """)
        read = try statement("SELECT answer, consent_at, at FROM reassigned WHERE recipient = ?")
        remove = try statement("DELETE FROM reassigned WHERE recipient = ? AND is_yes = ?")
    }

    /// Whether it tells more than what stands.
    func record(_ reassignment: Reassignment, of recipient: [RecipientToken]) throws(LedgerError) -> Bool {
        guard let newest = recipient.first else { return false }
        try adopt(recipient)
        let standing = try answers(of: [newest])
        var answers = standing
        answers.add(reassignment)
        try replace(standing, by: answers, newest)
        return answers != standing
    }

    /// Moves what stands under older tokens to the newest one, so that an old key is needed no longer.
    func adopt(_ recipient: [RecipientToken]) throws(LedgerError) {
        guard let newest = recipient.first else { return }
        for old in recipient.dropFirst() where old != newest {
            let moving = try answers(of: [old])
            guard moving != ReassignmentAnswers() else { continue }
            try replace(answers(of: [newest]), by: answers(of: [newest, old]), newest)
            try replace(moving, by: ReassignmentAnswers(), old)
        }
    }

    /// What is known under any of the tokens.
    func answers(of recipient: [RecipientToken]) throws(LedgerError) -> ReassignmentAnswers {
        var answers = ReassignmentAnswers()
        for token in recipient {
            try read.forEach({ $0.text(token.text) }) { answers.add(Reassignment($0)) }
        }
        return answers
    }

    private func replace(
        _ standing: ReassignmentAnswers, by answers: ReassignmentAnswers, _ recipient: RecipientToken
    ) throws(LedgerError) {
        for (isYes, before, after) in [(1, standing.yes, answers.yes), (0, standing.other, answers.other)]
        where before != after {
            guard let after else {
                try remove.run {
                    $0.text(recipient.text)
                    $0.integer(isYes)
                }
                continue
            }
            try store.run {
                $0.text(recipient.text)
                $0.integer(isYes)
                $0.integer(after.answer.rawValue)
                $0.integer(after.consentAt.microseconds)
                $0.integer(after.at.microseconds)
                $0.integer(after.agesFrom?.microseconds)
            }
        }
    }
}

extension Reassignment {
    fileprivate init(_ columns: Columns) {
        self.init(
            stored: columns.integer(0), consentAt: Date(microseconds: columns.integer(1)),
            at: Date(microseconds: columns.integer(2)))
    }

    /// What a newer version has stored is taken for a yes.
    init(stored answer: Int64, consentAt: Date, at: Date) {
        self.init(Answer(rawValue: answer) ?? .yes, consentAt: consentAt, at: at)
    }

    /// Since when it grows old; nil for what never does.
    var agesFrom: Date? { answer == .yes ? nil : at }
}

extension ReassignmentAnswers {
    /// What of it still counts: a yes for ever, another answer for so many seconds.
    func counting(for age: Int, now: Date) -> ReassignmentAnswers {
        var answers = self
        if let other, other.at.microseconds <= now.microseconds &- Int64(age) &* 1_000_000 { answers.other = nil }
        return answers
    }
}
