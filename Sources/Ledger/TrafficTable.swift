import FoundationEssentials
import GRDB
import Messaging

/// What was sent to whom and to which prefixes, as far as the policy counts it.
final class TrafficTable {
    private let count: PreparedStatement
    private let insert: PreparedStatement
    private let remove: PreparedStatement
    private let removeEarlier: PreparedStatement
    private let countPrefix: PreparedStatement
    private let addPrefix: PreparedStatement
    private let makePrefix: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        // A limit, so that a person who gets very much costs no more than one who has reached the cap.
        count = try statement(
            """
            SELECT 1 FROM sent WHERE recipient = ?1 AND at > ?2 AND at <= ?3 AND message <> ?4 AND kind & ?5
                AND (?6 IS NULL OR app = ?6) AND (?7 IS NULL OR program = ?7) AND (?8 IS NULL OR purpose = ?8)
            LIMIT ?9
            """)
        insert = try statement(
            """
            INSERT INTO sent (recipient, at, message, kind, app, program, purpose, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        remove = try statement("DELETE FROM sent WHERE recipient = ? AND at = ? AND message = ?")
        removeEarlier = try statement("DELETE FROM sent WHERE recipient = ? AND message = ?")
        countPrefix = try statement("SELECT coalesce(sum(count), 0) FROM prefix_count WHERE prefix = ? AND minute > ?")
        addPrefix = try statement("UPDATE prefix_count SET count = count + ? WHERE prefix = ? AND minute = ?")
        makePrefix = try statement("INSERT INTO prefix_count (prefix, minute, count) VALUES (?, ?, 1)")
    }

    /// Whose messages are counted, and to whom.
    struct Subject {
        var recipient: [RecipientToken]
        /// nil for one that is not stored yet.
        var message: Int64?
        var app: Int64
        var program: Int64
        var now: Date
    }

    /// How many messages were sent before this one, up to the limit.
    func count(
        _ asked: TrafficQuestion.Count, limit: Int, purpose: String, _ subject: Subject
    ) throws(LedgerError) -> Int {
        let now = subject.now.microseconds
        var sent = 0
        for token in subject.recipient where sent < limit {
            let left = limit - sent
            try count.forEach({
                $0.text(token.text)
                $0.integer(now &- Int64(asked.seconds) &* 1_000_000)
                // The clocks of workers differ: what another one has sent a little later counts as well.
                $0.integer(now &+ Self.tolerance)
                $0.integer(subject.message ?? -1)
                $0.integer(Int64(asked.kinds))
                $0.integer(asked.scope.contains(.app) ? subject.app : nil)
                $0.integer(asked.scope.contains(.program) ? subject.program : nil)
                $0.text(asked.scope.contains(.purpose) ? purpose : nil)
                $0.integer(left)
            }) { _ in sent += 1 }
        }
        return sent
    }

    /// How far ahead of this worker's clock another one may be, in microseconds: a row further ahead was written by a clock
    /// that was set right since, and would count for too long.
    static let tolerance: Int64 = 3_600_000_000

    /// Counts a message from now on.
    func insert(_ question: TrafficQuestion, for seconds: Int, _ subject: Subject, message: Int64) throws(LedgerError) {
        guard let newest = subject.recipient.first else { return }
        let now = subject.now.microseconds
        try insert.run {
            $0.text(newest.text)
            $0.integer(now)
            $0.integer(message)
            $0.integer(Int64(question.kind))
            $0.integer(subject.app)
            $0.integer(subject.program)
            $0.text(question.purpose)
            $0.integer(now &+ Int64(seconds) &* 1_000_000)
        }
    }

    /// Takes an attempt back of which nothing was sent.
    func remove(_ recipient: [RecipientToken], at: Date, message: Int64) throws(LedgerError) {
        guard let newest = recipient.first else { return }
        try remove.run {
            $0.text(newest.text)
            $0.integer(at.microseconds)
            $0.integer(message)
        }
    }

    /// Takes the message's earlier attempts back: it counts once.
    func removeEarlier(_ recipient: [RecipientToken], message: Int64) throws(LedgerError) {
        for token in recipient {
            try removeEarlier.run {
                $0.text(token.text)
                $0.integer(message)
            }
        }
    }

    /// Messages to a prefix within ten minutes, to the minute.
    func count(prefix: String, now: Date) throws(LedgerError) -> Int {
        let since = Self.minute(now) &- Int64(TrafficQuestion.Prefix.minutes)
        let sum = try countPrefix.first(
            {
                $0.text(prefix)
                $0.integer(since)
            }, { $0.int(0) })
        return max(0, sum ?? 0)
    }

    /// Counts a message to a prefix, or takes it back.
    func add(_ number: Int, toPrefix prefix: String, at: Date) throws(LedgerError) {
        let minute = Self.minute(at)
        let isThere = try addPrefix.run {
            $0.integer(number)
            $0.text(prefix)
            $0.integer(minute)
        }
        guard isThere == 0, number > 0 else { return }
        try makePrefix.run {
            $0.text(prefix)
            $0.integer(minute)
        }
    }

    static func minute(_ date: Date) -> Int64 { date.microseconds / 60_000_000 }
}
