import FoundationEssentials
import Messaging
import Postgres

/// The worker's calls.
extension LedgerQueries {
    private static let claimStatement = PostgresStatement(
        """
        SELECT c.first_seen, c.is_same, c.deferral_reason, c.record, c.state, c.attempt, c.changed_at, c.worker,
            c.status, c.error_code, c.sid, c.provider_status, f.kind, f.epoch, f.at, f.known_at
        FROM claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $12, $13) c CROSS JOIN facts($10, $4) f
        """, claimParameters)

    static let claimParameters: [PostgresType] = [
        .text, .text, .integer, .text, .text, .text, .text, .bytes, .text, .texts, .texts, .boolean, .integer,
    ]

    private static let adoptStatement = PostgresStatement("SELECT adopt_consent($1)", [.texts])

    static func claim(_ claim: MessageClaim) -> [LedgerStep] {
        let query = PostgresQuery(
            claimStatement,
            [
                .stored(claim.key.app), .stored(claim.key.messageID), .instant(claim.now), .stored(claim.program),
                .text(claim.messageClass.rawValue), .stored(claim.purpose), .text(claim.channel.rawValue),
                .bytes(claim.requestHash), .stored(claim.recipient.first?.text), .stored(claim.recipient),
                .texts(claim.olderHashes.map(hexadecimal)), .boolean(claim.mayHaveBeenCalled),
                .instant(claim.firstSeen),
            ])
        let step = LedgerStep(.message(claim.key), claiming(claim, query))
        // Only where keys were changed lately is there more than one token.
        guard claim.recipient.count > 1, let newest = claim.recipient.first else { return [step] }
        let adoption = PostgresQuery(adoptStatement, [.stored(claim.recipient)])
        return [LedgerStep(.consent(newest, ""), adoption), step]
    }

    static func claimed(_ answers: [PostgresRows], _ claim: MessageClaim) throws -> ClaimedMessage {
        let row = try onlyRow(answers.last)
        return ClaimedMessage(
            state: try row.attemptState(from: 4), isSameRequest: try row.boolean(1),
            firstSeenAt: Date(microseconds: try row.integer(0)), deferralReason: try row.original(2),
            changedAt: Date(microseconds: try row.integer(6)), decision: try row.optionalBytes(3),
            facts: try row.facts(from: 12), traffic: try row.traffic(claim.traffic, now: claim.now, from: 16))
    }

    private static let beginStatement = PostgresStatement(
        """
        SELECT answer, state, attempt, changed_at, worker, status, error_code, sid, provider_status
        FROM begin_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """, beginParameters)

    static let beginParameters: [PostgresType] = [
        .text, .text, .integer, .integer, .text, .texts, .text, .integer, .bytes, .integer, .boolean,
    ]

    static func begin(_ start: AttemptStart, decision: DecisionID) -> [LedgerStep] {
        let isExpired = start.expiresAt.map { $0 <= start.now } ?? false
        let query = PostgresQuery(
            beginStatement,
            [
                .stored(start.key.app), .stored(start.key.messageID), .integer(start.attempt),
                .integer(start.attempt &- 1), .stored(start.worker), .stored(start.recipient), .stored(start.program),
                .integer(start.consentEpoch), .bytes(decision.bytes), .instant(start.now), .boolean(isExpired),
            ])
        return beginning(start, query)
    }

    static func grant(_ answers: [PostgresRows]) throws -> AttemptGrant {
        guard let row = answers.last?.first else { throw LedgerError(.unknownMessage) }
        switch try row.text(0) {
        case "granted": return .granted
        case "facts changed": return .factsChanged
        default: return .superseded(try row.attemptState(from: 1))
        }
    }

    private static let acceptStatement = PostgresStatement(
        "SELECT accept_attempt($1, $2, $3, $4, $5, $6, $7::integer, $8, $9)",
        [.text, .text, .integer, .text, .text, .text, .integer, .text, .integer])

    static func settle(_ settlement: Settlement) -> [LedgerStep] {
        var departure = Departure(from: .attempting, to: .held, worker: settlement.worker)
        switch settlement.result {
        case .accepted(let acceptance):
            let query = PostgresQuery(
                acceptStatement,
                [
                    .stored(settlement.key.app), .stored(settlement.key.messageID), .integer(settlement.attempt),
                    .stored(settlement.worker), .stored(acceptance.sid), .stored(acceptance.status),
                    .integer(MessageStatus.accepted.rank), .text(MessageStatus.accepted.rawValue),
                    .instant(settlement.now),
                ])
            return [LedgerStep(.message(settlement.key), query)]
        case .refused(let code):
            departure.to = .refused
            departure.status = .refused
            departure.errorCode = code
        case .unknown:
            departure.to = .unknown
            departure.status = .inDoubt
        case .held: break
        }
        let query = leaving(
            settlement, leaveQuery(settlement.key, attempt: settlement.attempt, departure, now: settlement.now))
        return [LedgerStep(.message(settlement.key), query)]
    }

    /// What a state is left for, other than by the provider's yes.
    struct Departure {
        var from: StoredState
        var to: StoredState
        /// nil stands for any.
        var worker: String?
        var status: MessageStatus?
        var errorCode: Int?
    }

    private static let leaveStatement = PostgresStatement(
        "SELECT leave_attempt($1, $2, $3, $4, $5::integer, $6::integer, $7::integer, $8, $9, $10, $11)",
        leaveParameters)

    static let leaveParameters: [PostgresType] = [
        .text, .text, .integer, .text, .integer, .integer, .integer, .text, .integer, .boolean, .integer,
    ]

    static func leave(_ key: MessageKey, attempt: Int, _ departure: Departure, now: Date) -> [LedgerStep] {
        [LedgerStep(.message(key), leaveQuery(key, attempt: attempt, departure, now: now))]
    }

    private static func leaveQuery(
        _ key: MessageKey, attempt: Int, _ departure: Departure, now: Date
    ) -> PostgresQuery {
        PostgresQuery(
            leaveStatement,
            [
                .stored(key.app), .stored(key.messageID), .integer(attempt), .stored(departure.worker),
                .integer(departure.from.rawValue), .integer(departure.to.rawValue),
                .integer(departure.status?.rank ?? 0), .text(departure.status?.rawValue),
                .integer(departure.errorCode), .boolean(departure.status?.isFinal == true), .instant(now),
            ])
    }

    private static let closeStatement = PostgresStatement(
        "SELECT close_message($1, $2, $3::integer, $4, $5, $6)",
        [.text, .text, .integer, .text, .bytes, .integer])

    static func close(_ key: MessageKey, as status: MessageStatus, decision: DecisionID?, now: Date) -> [LedgerStep] {
        let query = PostgresQuery(
            closeStatement,
            [
                .stored(key.app), .stored(key.messageID), .integer(status.rank), .text(status.rawValue),
                .bytes(decision?.bytes), .instant(now),
            ])
        return [LedgerStep(.message(key), query)]
    }

    private static let deferralStatement = PostgresStatement(
        "SELECT note_deferral($1, $2, $3, $4::integer, $5)", [.text, .text, .text, .integer, .text])

    static func noteDeferral(_ key: MessageKey, reason: String) -> [LedgerStep] {
        let query = PostgresQuery(
            deferralStatement,
            [
                .stored(key.app), .stored(key.messageID), .stored(reason), .integer(MessageStatus.deferred.rank),
                .text(MessageStatus.deferred.rawValue),
            ])
        return [LedgerStep(.message(key), query)]
    }
}
