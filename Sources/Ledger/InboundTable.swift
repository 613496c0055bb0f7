import FoundationEssentials
import GRDB
import Messaging

/// The messages from people that have become events, and how far they were compared with the provider's list.
final class InboundTable {
    private let note: PreparedStatement
    private let find: PreparedStatement
    private let forget: PreparedStatement
    private let first: PreparedStatement
    private let take: PreparedStatement
    private let completeTo: PreparedStatement
    private let complete: PreparedStatement
    private let all: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        note = try statement("INSERT INTO inbound_seen (sid, at) VALUES (?, ?) ON CONFLICT DO NOTHING")
        find = try statement("SELECT 1 FROM inbound_seen WHERE sid = ?")
        forget = try statement(
            """
            DELETE FROM inbound_seen WHERE sid IN (SELECT sid FROM inbound_seen WHERE at < ? ORDER BY at LIMIT ?)
            """)
        first = try statement(
            """
            INSERT INTO inbound_listing (account, complete_to, leased_until) VALUES (?, ?, 0) ON CONFLICT DO NOTHING
            """)
        take = try statement(
            """
            UPDATE inbound_listing SET leased_until = ? WHERE account = ? AND complete_to <= ? AND leased_until <= ?
            """)
        completeTo = try statement("SELECT complete_to FROM inbound_listing WHERE account = ?")
        complete = try statement(
            """
            INSERT INTO inbound_listing (account, complete_to, leased_until) VALUES (?, ?, 0)
            ON CONFLICT DO UPDATE SET complete_to = max(complete_to, excluded.complete_to), leased_until = 0
            """)
        all = try statement("SELECT account, complete_to FROM inbound_listing")
    }

    func note(sid: String, at: Date) throws(LedgerError) {
        try note.run {
            $0.text(sid)
            $0.integer(at.microseconds)
        }
    }

    func seen(_ sids: [String]) throws(LedgerError) -> Set<String> {
        var seen: Set<String> = []
        for sid in sids { if try find.first({ $0.text(sid) }, { _ in true }) != nil { seen.insert(sid) } }
        return seen
    }

    func forget(before instant: Date, limit: Int) throws(LedgerError) -> Int {
        try forget.run {
            $0.integer(instant.microseconds)
            $0.integer(limit)
        }
    }

    func takeListing(
        _ account: Int64, now: Date, before: Date, first instant: Date, leasedUntil: Date
    ) throws(LedgerError) -> Date? {
        try first.run {
            $0.integer(account)
            $0.integer(instant.microseconds)
        }
        let isTaken = try take.run {
            $0.integer(leasedUntil.microseconds)
            $0.integer(account)
            $0.integer(before.microseconds)
            $0.integer(now.microseconds)
        }
        guard isTaken > 0 else { return nil }
        return try completeTo.first({ $0.integer(account) }, { Date(microseconds: $0.integer(0)) })
    }

    func noteListing(_ account: Int64, completeTo: Date) throws(LedgerError) {
        try complete.run {
            $0.integer(account)
            $0.integer(completeTo.microseconds)
        }
    }

    /// By the number of the account's name.
    func listings() throws(LedgerError) -> [(account: Int64, completeTo: Date)] {
        var listings: [(account: Int64, completeTo: Date)] = []
        try all.forEach({ _ in }) { listings.append(($0.integer(0), Date(microseconds: $0.integer(1)))) }
        return listings
    }
}
