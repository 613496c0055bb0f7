import FoundationEssentials
import Messaging
import Postgres

/// What is asked by whoever compares messages from people with the provider's list.
extension LedgerQueries {
    private static let noteStatement = PostgresStatement(
        "INSERT INTO inbound_seen (sid, at) VALUES ($1, $2) ON CONFLICT (sid) DO NOTHING", [.text, .integer])

    /// Two batches with the same ids may wait for each other, so these have an order of their own.
    static func noteInbound(_ note: InboundNote) -> [LedgerStep] {
        let query = PostgresQuery(noteStatement, [.stored(note.sid), .instant(note.at)])
        return noteLastInbound(note) + [LedgerStep(.inbound(sid: note.sid), query)]
    }

    private static let seenStatement = PostgresStatement(
        "SELECT s.sid FROM inbound_seen s WHERE s.sid = ANY ($1)", [.texts])

    static func seenInbound(_ sids: [String]) -> [LedgerStep] {
        [LedgerStep(.ledger, PostgresQuery(seenStatement, [.texts(sids.map(StoredText.stored))]))]
    }

    /// What somebody else forgets at the same time is left to them.
    private static let forgetStatement = PostgresStatement(
        """
        DELETE FROM inbound_seen WHERE sid IN (
            SELECT s.sid FROM inbound_seen s WHERE s.at < $1 ORDER BY s.at LIMIT $2 FOR UPDATE SKIP LOCKED)
        """, [.integer, .integer])

    static func forgetInbound(before instant: Date, limit: Int) -> [LedgerStep] {
        [LedgerStep(.last, PostgresQuery(forgetStatement, [.instant(instant), .integer(limit)]))]
    }

    private static let takeListingStatement = PostgresStatement(
        "SELECT take_listing($1, $2, $3, $4, $5)", [.text, .integer, .integer, .integer, .integer])

    static func takeListing(
        account: String, now: Date, before: Date, first: Date, leasedUntil: Date
    ) -> [LedgerStep] {
        let query = PostgresQuery(
            takeListingStatement,
            [.stored(account), .instant(now), .instant(before), .instant(first), .instant(leasedUntil)])
        return [LedgerStep(.ledger, query)]
    }

    static func takenListing(_ answers: [PostgresRows]) throws -> Date? {
        try onlyRow(answers.last).optionalInteger(0).map(Date.init(microseconds:))
    }

    private static let noteListingStatement = PostgresStatement("SELECT note_listing($1, $2)", [.text, .integer])

    static func noteListing(account: String, completeTo: Date) -> [LedgerStep] {
        let query = PostgresQuery(noteListingStatement, [.stored(account), .instant(completeTo)])
        return [LedgerStep(.ledger, query)]
    }

    static let listings = [
        LedgerStep(
            .ledger,
            PostgresQuery(
                PostgresStatement("SELECT account, complete_to FROM inbound_listing ORDER BY account")))
    ]

    static func inboundListings(_ answers: [PostgresRows]) throws -> [InboundListing] {
        var listings: [InboundListing] = []
        for row in answers.last?.rows ?? [] {
            listings.append(
                InboundListing(
                    account: try row.original(0) ?? "", completeTo: Date(microseconds: try row.integer(1))))
        }
        return listings
    }
}
