import FoundationEssentials
import Messaging
import Postgres

/// What is asked for apart from a message's usual way: by who looks unknown outcomes up, and by operators.
extension LedgerQueries {
    private static let knownStatement = PostgresStatement(
        "SELECT i.sid FROM provider_id i WHERE i.sid = ANY ($1)", [.texts])

    /// It locks nothing, and goes with a batch because that confirms which ledger it is.
    static func known(sids: [String]) -> [LedgerStep] {
        [LedgerStep(.messageOf(sid: ""), PostgresQuery(knownStatement, [.texts(sids.map(StoredText.stored))]))]
    }

    static func knownIDs(_ answers: [PostgresRows]) throws -> Set<String> {
        var known: Set<String> = []
        for row in answers.last?.rows ?? [] { if let sid = try row.original(0) { known.insert(sid) } }
        return known
    }

    private static let doubtStatement = PostgresStatement(
        """
        SELECT m.program, EXISTS (
            SELECT FROM doubt d JOIN message o ON o.id = d.message
            WHERE d.message <> m.id AND o.program IS NOT DISTINCT FROM m.program AND o.recipient = ANY ($3))
        FROM message m WHERE m.app = $1 AND m.message_id = $2
        """, [.text, .text, .texts])

    static func doubt(about key: MessageKey, recipient: [RecipientToken]) -> [LedgerStep] {
        let query = PostgresQuery(doubtStatement, [.stored(key.app), .stored(key.messageID), .stored(recipient)])
        return [LedgerStep(.message(key), query)]
    }

    static func messageDoubt(_ answers: [PostgresRows]) throws -> MessageDoubt {
        guard let row = answers.last?.first else { throw LedgerError(.unknownMessage) }
        return MessageDoubt(program: try row.original(0), hasRival: try row.boolean(1))
    }

    private static let foundStatement = PostgresStatement(
        "SELECT settle_found($1, $2, $3, $4, $5, $6::integer, $7, $8)",
        [.text, .text, .integer, .text, .text, .integer, .text, .integer])

    static func settleFound(
        _ key: MessageKey, attempt: Int, _ acceptance: Acceptance, now: Date
    ) -> [LedgerStep] {
        let query = PostgresQuery(
            foundStatement,
            [
                .stored(key.app), .stored(key.messageID), .integer(attempt), .stored(acceptance.sid),
                .stored(acceptance.status), .integer(MessageStatus.accepted.rank),
                .text(MessageStatus.accepted.rawValue), .instant(now),
            ])
        return [LedgerStep(.message(key), query)]
    }

    private static let reopenStatement = PostgresStatement(
        """
        SELECT state, attempt, changed_at, worker, status, error_code, sid, provider_status
        FROM reopen_message($1, $2, $3)
        """, [.text, .text, .integer])

    static func reopen(_ key: MessageKey, now: Date) -> [LedgerStep] {
        let query = PostgresQuery(reopenStatement, [.stored(key.app), .stored(key.messageID), .instant(now)])
        return [LedgerStep(.message(key), query)]
    }

    static func standing(_ answers: [PostgresRows]) throws -> AttemptState {
        guard let row = answers.last?.first else { throw LedgerError(.unknownMessage) }
        return try row.attemptState(from: 0)
    }

    private static let admitStatement = PostgresStatement(
        "SELECT id, is_missing FROM admit_keys($1, $2)", [.texts, .texts])

    static func admit(_ keys: [TokenKeyFingerprint]) -> [LedgerStep] {
        let query = PostgresQuery(
            admitStatement,
            [.texts(keys.map { StoredText.stored($0.id) }), .texts(keys.map { hexadecimal($0.fingerprint) })])
        return [LedgerStep(.ledger, query)]
    }

    static func disagreements(_ answers: [PostgresRows]) throws -> [TokenKeyDisagreement] {
        var disagreements: [TokenKeyDisagreement] = []
        for row in answers.last?.rows ?? [] {
            let id = try row.original(0) ?? ""
            disagreements.append(try row.boolean(1) ? .missing(id) : .changed(id))
        }
        return disagreements
    }

    static let status = [
        LedgerStep(
            .ledger,
            PostgresQuery(
                PostgresStatement(
                    "SELECT l.id, l.created_at, l.restored_at, p.ended_at FROM ledger l CROSS JOIN pruning p"))),
        LedgerStep(
            .ledger, PostgresQuery(PostgresStatement("SELECT id, at, has_left FROM bridge ORDER BY id"))),
    ]

    static func ledgerStatus(_ answers: [PostgresRows]) throws -> LedgerStatus {
        let ledger = try onlyRow(answers.first)
        var bridges: [LedgerStatus.Bridge] = []
        for row in answers.last?.rows ?? [] {
            bridges.append(
                LedgerStatus.Bridge(
                    name: try row.original(0) ?? "", at: Date(microseconds: try row.integer(1)),
                    hasLeft: try row.boolean(2)))
        }
        return LedgerStatus(
            id: try ledger.text(0), createdAt: Date(microseconds: try ledger.integer(1)),
            restoredAt: try ledger.optionalInteger(2).map(Date.init(microseconds:)),
            prunedAt: try ledger.optionalInteger(3).map(Date.init(microseconds:)), bridges: bridges)
    }

    private static let restoredStatement = PostgresStatement("UPDATE ledger SET restored_at = $1", [.integer])

    static func noteRestored(_ now: Date) -> [LedgerStep] {
        [LedgerStep(.ledger, PostgresQuery(restoredStatement, [.instant(now)]))]
    }

    private static let retireStatement = PostgresStatement(
        "WITH gone AS (DELETE FROM bridge WHERE id = $1 RETURNING id) SELECT EXISTS (SELECT FROM gone)", [.text])

    static func retire(_ bridge: String) -> [LedgerStep] {
        [LedgerStep(.bridge(bridge), PostgresQuery(retireStatement, [.stored(bridge)]))]
    }
}
