import FoundationEssentials
import Messaging
import Postgres

/// Earlier messages: read with a claim, compared and counted with an attempt.
extension LedgerQueries {
    private static let claimStatement = PostgresStatement(
        """
        SELECT c.first_seen, c.is_same, c.deferral_reason, c.record, c.state, c.attempt, c.changed_at, c.worker,
            c.status, c.error_code, c.sid, c.provider_status, f.kind, f.epoch, f.at, f.known_at,
            t.sent, t.to_prefix, t.bad_code, t.inbound_at, t.is_first, y.answer, y.consent_at, y.at,
            o.answer, o.consent_at, o.at
        FROM claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $12, $13) c CROSS JOIN facts($10, $4) f
        CROSS JOIN traffic_facts($1, $2, $10, $4, $7, $23, $3, $14::bigint[], $15::bigint[], $16::bigint[],
            $17::bigint[], $18, $19, $20, $21, $22) t
        LEFT JOIN LATERAL (\(reassignedYes("$10", where: "$24"))) y ON true
        LEFT JOIN LATERAL (\(reassignedOther("$10", where: "$24"))) o ON true
        """,
        claimParameters + [
            .texts, .texts, .texts, .texts, .text, .integer, .integer, .boolean, .boolean, .text, .boolean,
        ])

    /// The claim's query, which tells of earlier messages as well where that is asked.
    static func claiming(_ claim: MessageClaim, _ query: PostgresQuery) -> PostgresQuery {
        guard let question = claim.traffic, question.asksAnything else { return query }
        let values: [PostgresValue] =
            caps(question.caps) + [
                .text(question.prefix?.digits), .integer(TrafficTable.minute(claim.now)),
                .integer(question.badNumberAge.map { Int64($0) &* 1_000_000 }), .boolean(question.asksLastInbound),
                .boolean(question.asksFirstOfProgram), .stored(question.purpose),
                .boolean(question.reassignedAge != nil),
            ]
        return PostgresQuery(claimStatement, query.values + values)
    }

    /// How far back, how many, which kinds, what in common.
    private static func caps(_ caps: [TrafficQuestion.Cap]) -> [PostgresValue] {
        [
            .texts(caps.map { "\(Int64($0.count.seconds) &* 1_000_000)" }), .texts(caps.map { "\($0.limit)" }),
            .texts(caps.map { "\($0.count.kinds)" }), .texts(caps.map { "\($0.count.scope.rawValue)" }),
        ]
    }

    private static let beginStatement = PostgresStatement(
        """
        SELECT answer, state, attempt, changed_at, worker, status, error_code, sid, provider_status
        FROM begin_counted_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::bigint[], $14::bigint[],
            $15::bigint[], $16::bigint[], $17, $18, $19, $20, $21)
        """,
        beginParameters + [
            .text, .texts, .texts, .texts, .texts, .integer, .integer, .text, .integer, .integer,
        ])

    private static let lockStatement = PostgresStatement(
        "SELECT pg_advisory_xact_lock(\(0x7377_6272), hashtext($1))", [.text])

    /// The attempt's steps: where somebody may count for the same person at the same time, one of them waits for the other's
    /// commit, in the tokens' order like all batches.
    static func beginning(_ start: AttemptStart, _ query: PostgresQuery) -> [LedgerStep] {
        let order = LockOrder.message(start.key)
        guard let question = start.traffic, question.isCounted || !question.caps.isEmpty else {
            return [LedgerStep(order, query)]
        }
        let binding = question.caps.filter(\.isBinding)
        let values: [PostgresValue] =
            [.stored(question.purpose)] + caps(binding) + [
                .integer(Int64(question.kind)), .integer(question.countsFor.map { Int64($0) &* 1_000_000 }),
                .text(question.prefix?.digits), .integer(TrafficTable.minute(start.now)),
                .integer(question.prefix.flatMap { $0.isBinding ? $0.limit : nil }),
            ]
        let counted = LedgerStep(order, PostgresQuery(beginStatement, query.values + values))
        guard !binding.isEmpty else { return [counted] }
        let locks = start.recipient.map { token in
            LedgerStep(.traffic(token), PostgresQuery(lockStatement, [.stored(token.text)]))
        }
        return locks + [counted]
    }

    private static let leaveStatement = PostgresStatement(
        """
        SELECT leave_counted_attempt(
            $1, $2, $3, $4, $5::integer, $6::integer, $7::integer, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        leaveParameters + [.text, .integer, .text, .integer])

    /// The query that ends an attempt, which takes back what was counted where nothing was sent.
    static func leaving(_ settlement: Settlement, _ query: PostgresQuery) -> PostgresQuery {
        guard settlement.result != .unknown, let start = settlement.counted, let question = start.traffic,
            question.isCounted
        else { return query }
        return PostgresQuery(
            leaveStatement,
            query.values + [
                .stored(start.recipient.first?.text), .instant(start.now), .text(question.prefix?.digits),
                .integer(TrafficTable.minute(start.now)),
            ])
    }
}

/// What is known of numbers.
extension LedgerQueries {
    private static let inboundStatement = PostgresStatement(
        """
        INSERT INTO last_inbound AS l (recipient, program, channel, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (recipient, program, channel) DO UPDATE SET at = excluded.at WHERE excluded.at > l.at
        """, [.text, .text, .text, .integer])

    static func noteLastInbound(_ note: InboundNote) -> [LedgerStep] {
        guard let recipient = note.recipient, let channel = note.channel else { return [] }
        return note.senders.map { sender in
            let query = PostgresQuery(
                inboundStatement,
                [.stored(recipient.text), .stored(sender), .text(channel.rawValue), .instant(note.at)])
            return LedgerStep(.conversation(recipient, sender), query)
        }
    }

    private static let badStatement = PostgresStatement(
        """
        INSERT INTO bad_number AS b (recipient, channel, code, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (recipient, channel) DO UPDATE SET code = excluded.code, at = excluded.at WHERE excluded.at > b.at
        """, [.text, .text, .integer, .integer])

    /// A number that the provider calls bad; behind all that others may wait for.
    static func noteNumber(_ report: StatusReport) -> [LedgerStep] {
        guard let recipient = report.recipient, let channel = report.channel, case .bad(let code) = report.newsOfNumber
        else { return [] }
        let query = PostgresQuery(
            badStatement, [.stored(recipient.text), .text(channel.rawValue), .integer(code), .instant(report.at)])
        return [LedgerStep(.number(recipient, channel), query)]
    }

    private static let clearingStatement = PostgresStatement(
        """
        SELECT record_status($1, $2, $3, $4::integer, $5, $6, $7, $8::integer, $9, $10, $11, $12, $13, $14),
            clear_number($12, $15, $14)
        """,
        recordParameters + [.text])

    /// The query that records a status, which clears the number it was delivered to.
    static func recording(_ report: StatusReport, _ query: PostgresQuery) -> PostgresQuery {
        guard report.recipient != nil, let channel = report.channel, report.newsOfNumber == .good else { return query }
        return PostgresQuery(clearingStatement, query.values + [.text(channel.rawValue)])
    }
}

extension PostgresRow {
    /// What a claim told of earlier messages, from the columns of the function `traffic_facts`.
    func traffic(_ question: TrafficQuestion?, now: Date, from start: Int) throws(PostgresError) -> TrafficFacts {
        guard let question, question.asksAnything else { return .unknown }
        var facts = TrafficFacts()
        let counts = try optionalText(start)?.split(separator: " ").compactMap { Int($0) } ?? []
        for (cap, sent) in zip(question.caps, counts) {
            facts.sent[cap.count] = max(facts.sent[cap.count] ?? 0, sent)
        }
        if question.prefix != nil {
            facts.toPrefixIn10Minutes = try optionalInteger(start + 1).map { Int(clamping: $0) }
        }
        if question.badNumberAge != nil {
            facts.numberState = try optionalInteger(start + 2).map { .bad(code: Int(clamping: $0)) } ?? .good
        }
        if let age = question.reassignedAge {
            facts.reassignment = try reassignment(from: start + 5).counting(for: age, now: now)
        }
        if question.asksLastInbound {
            facts.lastInbound = try optionalInteger(start + 3).map { .at(Date(microseconds: $0)) } ?? .never
        }
        if question.asksFirstOfProgram { facts.isFirstOfProgram = try boolean(start + 4) }
        return facts
    }
}
