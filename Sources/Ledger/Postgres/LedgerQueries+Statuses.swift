import FoundationEssentials
import Messaging
import Postgres

/// The recorder's and the bridge's calls.
extension LedgerQueries {
    private static let recordStatement = PostgresStatement(
        """
        SELECT record_status($1, $2, $3, $4::integer, $5, $6, $7, $8::integer, $9, $10, $11, $12, $13, $14)
        """, recordParameters)

    static let recordParameters: [PostgresType] = [
        .text, .text, .text, .integer, .text, .boolean, .boolean, .integer, .integer, .text, .integer, .text, .text,
        .integer,
    ]

    private static let linkStatement = PostgresStatement(
        "SELECT link_message($1, $2, $3, $4, $5, $6, $7)",
        [.text, .text, .text, .text, .text, .text, .integer])

    /// The status first; what others may wait for longest, the conversation, last.
    static func record(_ report: StatusReport) -> [LedgerStep] {
        let plain = PostgresQuery(
            recordStatement,
            [
                .stored(report.key?.app), .stored(report.key?.messageID), .stored(report.sid),
                .integer(report.status.rank), .text(report.status.rawValue), .boolean(report.status.isFinal),
                .boolean(report.status.isProviderWord), .integer(report.impliedState?.rawValue),
                .integer(report.attempt), .stored(report.providerStatus), .integer(report.errorCode),
                .stored(report.recipient?.text), .stored(report.program), .instant(report.at),
            ])
        let status = recording(report, plain)
        let order = report.key.map(LockOrder.message) ?? .messageOf(sid: report.sid ?? "")
        if report.status == .refused {
            return [LedgerStep(order, status)] + refusal(report, order) + noteNumber(report)
        }
        let steps =
            [LedgerStep(order, status)] + (awaiting(report).map { [LedgerStep(order, $0)] } ?? [])
            + noteNumber(report)
        guard report.status == .accepted, let key = report.key else { return steps }
        var json = JSONText(reservingCapacity: 128)
        json.pairs(nil, report.metadata)
        let link = PostgresQuery(
            linkStatement,
            [
                .stored(key.app), .stored(key.messageID), .stored(report.sid), .stored(report.recipient?.text),
                .stored(report.program), .stored(json.string), .instant(report.at),
            ])
        let place = LockOrder.conversation(report.recipient, report.program ?? "")
        return steps + [LedgerStep(place, link)]
    }

    private static let refuseStatement = PostgresStatement(
        """
        UPDATE progress p SET state = CASE WHEN p.sid IS NULL THEN 3 ELSE 2 END, changed_at = $4
        FROM message m
        WHERE m.app = $1 AND m.message_id = $2 AND p.message = m.id AND p.attempt = $3 AND p.state IN (1, 4)
        """, [.text, .text, .integer, .integer])

    /// The worker has told the provider's no, and could not record it: its attempt is over, and a repeat calls nobody.
    private static func refusal(_ report: StatusReport, _ order: LockOrder) -> [LedgerStep] {
        guard let key = report.key, let attempt = report.attempt else { return [] }
        let query = PostgresQuery(
            refuseStatement,
            [.stored(key.app), .stored(key.messageID), .integer(attempt), .instant(report.at)])
        return [LedgerStep(order, query)]
    }

    private static let applyStatement = PostgresStatement(
        "SELECT apply_consent($1, $2, $3, $4, $5, $6, $7)",
        [.text, .text, .texts, .text, .boolean, .text, .integer])

    /// In the programs' order, as far as it can be kept: a step that locks several rows may meet another batch.
    static func apply(_ change: ConsentChange) -> [LedgerStep] {
        let programs = change.programs.sorted()
        let query = PostgresQuery(
            applyStatement,
            [
                .text(change.kind.rawValue), .stored(change.recipient.text),
                .texts(programs.map(StoredText.stored)),
                .stored(change.evidence), .boolean(isProviderID(change.evidence)), .stored(change.keyword),
                .instant(change.at),
            ])
        return [LedgerStep(.consent(change.recipient, programs.first ?? ""), query)]
    }

    private static let tickStatement = PostgresStatement(
        "SELECT note_tick($1, $2, $3, $4)", [.text, .integer, .boolean, .integer])

    private static let wrongTickStatement = PostgresStatement(
        "UPDATE bridge SET at = $2 WHERE id = $1 AND at > $3", [.text, .integer, .integer])

    static func noteTick(_ bridge: String, at: Date, isLeaving: Bool, now: Date) -> [LedgerStep] {
        let wrong = PostgresQuery(
            wrongTickStatement,
            [.stored(bridge), .instant(at), .integer(now.microseconds &+ BridgeTable.tolerance)])
        let query = PostgresQuery(
            tickStatement,
            [
                .stored(bridge), .instant(at), .boolean(isLeaving),
                .integer(at.microseconds &- BridgeTable.memory),
            ])
        return [LedgerStep(.bridge(bridge), wrong), LedgerStep(.bridge(bridge), query)]
    }

    static let consentKnownAt = PostgresQuery(
        PostgresStatement("SELECT min(at) FROM bridge WHERE NOT has_left"))

    private static let factsStatement = PostgresStatement(
        "SELECT kind, epoch, at, known_at FROM facts($1, $2)", [.texts, .text])

    static func facts(_ recipient: [RecipientToken], _ program: String) -> PostgresQuery {
        PostgresQuery(factsStatement, [.stored(recipient), .stored(program)])
    }

    private static let conversationStatement = PostgresStatement(
        """
        SELECT c.id, c.message_id, c.app, c.metadata FROM unnest($1) WITH ORDINALITY AS t(token, place)
        JOIN conversation c ON c.recipient = t.token AND c.program = $2 ORDER BY c.at DESC, t.place LIMIT 1
        """, [.texts, .text])

    static func conversation(_ recipient: [RecipientToken], _ program: String) -> PostgresQuery {
        PostgresQuery(conversationStatement, [.stored(recipient), .stored(program)])
    }

    static func lastConversation(_ row: PostgresRow) throws(PostgresError) -> Event.Conversation {
        Event.Conversation(
            id: try row.text(0), lastMessageID: try row.original(1) ?? "", app: try row.original(2) ?? "",
            metadata: ConversationTable.metadata(try row.original(3)))
    }
}
