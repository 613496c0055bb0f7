import FoundationEssentials
import Messaging
import Postgres

/// The ledger's calls as queries, and what their answers mean.
enum LedgerQueries {}

extension PostgresValue {
    /// A text from outside, as the database can hold it.
    static func stored(_ text: String?) -> PostgresValue { .text(text.map(StoredText.stored)) }

    static func stored(_ tokens: [RecipientToken]) -> PostgresValue {
        .texts(tokens.map { StoredText.stored($0.text) })
    }

    static func integer(_ value: Int) -> PostgresValue { .integer(Int64(value)) }

    static func integer(_ value: Int?) -> PostgresValue { .integer(value.map(Int64.init)) }

    static func instant(_ date: Date) -> PostgresValue { .integer(date.microseconds) }
}

extension PostgresRow {
    /// A text from outside, as it was.
    func original(_ index: Int) throws(PostgresError) -> String? {
        try optionalText(index).map(StoredText.original)
    }

    /// The state in the port's words. Its columns follow each other from `start`: state, attempt, changed_at, worker,
    /// status, error_code, sid, provider_status.
    func attemptState(from start: Int) throws(PostgresError) -> AttemptState {
        // A state of a newer version is taken for one in which nothing may be sent.
        let state = StoredState(rawValue: try integer(start)) ?? .closed
        let attempt = Int(try integer(start + 1))
        let since = Date(microseconds: try integer(start + 2))
        switch state {
        case .held: return .held(attempts: attempt)
        case .attempting:
            return .attempting(attempt: attempt, worker: try original(start + 3) ?? "", since: since)
        case .accepted:
            return .accepted(
                attempt: attempt, sid: try original(start + 6) ?? "",
                providerStatus: try original(start + 7) ?? "")
        case .refused: return .refused(attempt: attempt, code: try optionalInteger(start + 5).map { Int($0) })
        case .unknown: return .unknown(attempt: attempt, since: since)
        case .abandoned: return .abandoned(attempt: attempt)
        case .closed: return .closed(try optionalText(start + 4).flatMap(MessageStatus.init) ?? .dropped)
        }
    }

    /// What is known of a recipient, from the columns of the function `facts`.
    func facts(from start: Int) throws(PostgresError) -> RecipientFacts {
        // A word of a newer version is taken for a no.
        let consent = try optionalText(start).map { RecipientFacts.Consent(rawValue: $0) ?? .revoked } ?? .none
        let at = try optionalInteger(start + 2).map(Date.init(microseconds:))
        return RecipientFacts(
            consent: consent, consentEpoch: try integer(start + 1), revokedAt: consent == .revoked ? at : nil,
            grantedAt: consent == .granted ? at : nil,
            consentKnownAt: try optionalInteger(start + 3).map(Date.init(microseconds:)))
    }
}

/// An answer that must be there.
func onlyRow(_ rows: PostgresRows?) throws(PostgresError) -> PostgresRow {
    guard let row = rows?.first else { throw PostgresError(.unexpectedValue, detail: "a row is missing") }
    return row
}

/// The answer of a function that says NULL of a message that was never claimed.
func answerOfKnownMessage(_ rows: PostgresRows?) throws -> Bool {
    let row = try onlyRow(rows)
    guard try !row.isNull(0) else { throw LedgerError(.unknownMessage) }
    return try row.boolean(0)
}
