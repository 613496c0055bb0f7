import FoundationEssentials
import GRDB
import Messaging

/// What came of the messages. Every change names the state it starts from, and tells whether the message was in it.
final class ProgressTable {
    private let first: PreparedStatement
    private let next: PreparedStatement
    private let accept: PreparedStatement
    private let find: PreparedStatement
    private let leave: PreparedStatement
    private let make: PreparedStatement
    private let insert: PreparedStatement
    private let doubt: PreparedStatement
    private let close: PreparedStatement
    private let reopen: PreparedStatement
    private let deferral: PreparedStatement
    private let take: PreparedStatement
    private let status: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        first = try statement(
            """
            INSERT INTO progress (message, state, attempt, changed_at, worker, decision) VALUES (?1, 1, 1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET state = 1, attempt = 1, changed_at = ?2, worker = ?3, decision = ?4
            WHERE state = 0 AND attempt = 0
            """)
        next = try statement(
            """
            UPDATE progress SET state = 1, attempt = ?5, changed_at = ?2, worker = ?3, decision = ?4
            WHERE message = ?1 AND state IN (0, 4) AND attempt = ?5 - 1
            """)
        // An answer also settles an attempt that was given up for unknown, or that a callback has settled before.
        accept = try statement(
            """
            UPDATE progress SET state = 2, changed_at = ?1, sid = ?2, provider_status = ?3,
                status = CASE WHEN rank < ?4 THEN ?5 ELSE status END, rank = max(rank, ?4)
            WHERE message = ?6 AND attempt = ?7 AND (state IN (1, 4) AND worker = ?8 OR state = 2 AND sid = ?2)
            """)
        find = try statement(
            """
            UPDATE progress SET state = 2, changed_at = ?1, sid = ?2, provider_status = ?3,
                status = CASE WHEN rank < ?4 THEN ?5 ELSE status END, rank = max(rank, ?4)
            WHERE message = ?6 AND attempt = ?7 AND state = 4
            """)
        // Where a callback has told a SID, the provider has taken the message, whatever the attempt came to.
        leave = try statement(
            """
            UPDATE progress SET state = CASE WHEN sid IS NULL THEN ?1 ELSE 2 END, changed_at = ?2, error_code = ?3,
                status = CASE WHEN rank < ?4 THEN ?5 ELSE status END, rank = max(rank, ?4),
                final_at = coalesce(?6, final_at)
            WHERE message = ?7 AND state = ?8 AND attempt = ?9 AND (?10 IS NULL OR worker = ?10)
            """)
        make = try statement(
            """
            INSERT INTO progress (message, state, attempt, changed_at)
            SELECT id, 0, 0, first_seen FROM message WHERE id = ? ON CONFLICT DO NOTHING
            """)
        insert = try statement(
            """
            INSERT INTO progress (message, state, attempt, changed_at, sid, provider_status) VALUES (?, ?, ?, ?, ?, ?)
            """)
        doubt = try statement(
            "UPDATE progress SET state = 4, attempt = max(attempt, 1), changed_at = ? WHERE message = ? AND state = 0")
        close = try statement(
            """
            UPDATE progress SET state = 6, changed_at = ?1, status = ?2, rank = max(rank, ?3), final_at = ?1,
                decision = coalesce(?4, decision)
            WHERE message = ?5 AND state = 0
            """)
        // With a SID the provider has taken it, whatever it ended as; without one it begins anew, but for its attempts.
        reopen = try statement(
            """
            UPDATE progress SET state = CASE WHEN sid IS NULL THEN 0 ELSE 2 END, changed_at = ?1,
                deferral_reason = NULL, error_code = CASE WHEN sid IS NULL THEN NULL ELSE error_code END,
                status = CASE WHEN sid IS NULL THEN NULL ELSE status END,
                rank = CASE WHEN sid IS NULL THEN 0 ELSE rank END,
                final_at = CASE WHEN sid IS NULL THEN NULL ELSE final_at END
            WHERE message = ?2 AND (state IN (3, 6) OR state = 5 AND sid IS NOT NULL)
            """)
        deferral = try statement(
            """
            UPDATE progress SET deferral_reason = ?1, status = CASE WHEN rank < ?2 THEN ?3 ELSE status END,
                rank = max(rank, ?2)
            WHERE message = ?4
            """)
        take = try statement(
            """
            UPDATE progress SET state = ?1, attempt = ?2, changed_at = ?3, sid = coalesce(sid, ?4),
                provider_status = coalesce(provider_status, ?5)
            WHERE message = ?6
            """)
        status = try statement(
            """
            UPDATE progress SET status = ?1, rank = ?2, status_at = ?3, final_at = coalesce(?4, final_at),
                error_code = coalesce(?5, error_code)
            WHERE message = ?6 AND rank < ?2
            """)
    }

    /// Enters an attempt, from held or unknown after the attempt before it.
    func begin(
        _ message: Int64, attempt: Int, worker: Int64, decision: Int64, now: Date
    ) throws(LedgerError) -> Bool {
        try (attempt == 1 ? first : next).run {
            $0.integer(message)
            $0.integer(now.microseconds)
            $0.integer(worker)
            $0.integer(decision)
            if attempt != 1 { $0.integer(attempt) }
        } > 0
    }

    /// Ends an attempt of a worker with the provider's yes.
    func accept(
        _ message: Int64, attempt: Int, worker: Int64, _ acceptance: Acceptance, now: Date
    ) throws(LedgerError) -> Bool {
        try accept.run {
            $0.integer(now.microseconds)
            $0.text(acceptance.sid)
            $0.text(acceptance.status)
            $0.integer(MessageStatus.accepted.rank)
            $0.text(MessageStatus.accepted.rawValue)
            $0.integer(message)
            $0.integer(attempt)
            $0.integer(worker)
        } > 0
    }

    /// Ends an unknown attempt with what the provider's list shows.
    func find(
        _ message: Int64, attempt: Int, _ acceptance: Acceptance, now: Date
    ) throws(LedgerError) -> Bool {
        try find.run {
            $0.integer(now.microseconds)
            $0.text(acceptance.sid)
            $0.text(acceptance.status)
            $0.integer(MessageStatus.accepted.rank)
            $0.text(MessageStatus.accepted.rawValue)
            $0.integer(message)
            $0.integer(attempt)
        } > 0
    }

    /// What a state is left for, other than by the provider's yes.
    struct Departure {
        var from: StoredState
        var to: StoredState
        /// nil stands for any.
        var worker: Int64?
        var status: MessageStatus?
        var errorCode: Int?
    }

    func leave(_ message: Int64, attempt: Int, _ departure: Departure, now: Date) throws(LedgerError) -> Bool {
        try leave.run {
            $0.integer(departure.to.rawValue)
            $0.integer(now.microseconds)
            $0.integer(departure.errorCode)
            $0.integer(departure.status?.rank ?? 0)
            $0.text(departure.status?.rawValue)
            $0.integer(departure.status?.isFinal == true ? now.microseconds : nil)
            $0.integer(message)
            $0.integer(departure.from.rawValue)
            $0.integer(attempt)
            $0.integer(departure.worker)
        } > 0
    }

    /// Gives a held message a row, where it has none.
    func make(_ message: Int64) throws(LedgerError) {
        try make.run { $0.integer(message) }
    }

    /// What a status tells of a message that is known by nothing else.
    func insert(_ message: Int64, _ state: StoredState, _ report: StatusReport) throws(LedgerError) {
        try insert.run {
            $0.integer(message)
            $0.integer(state.rawValue)
            $0.integer(max(report.attempt ?? 1, 0))
            $0.integer(report.at.microseconds)
            $0.text(report.sid)
            $0.text(report.providerStatus)
        }
    }

    /// A message that may have been called before this ledger knew it.
    func insertUnknown(_ message: Int64, now: Date) throws(LedgerError) {
        try insert.run {
            $0.integer(message)
            $0.integer(StoredState.unknown.rawValue)
            $0.integer(1)
            $0.integer(now.microseconds)
            $0.text(nil)
            $0.text(nil)
        }
    }

    /// A held message that may have been called, though this ledger does not know of it.
    func doubt(_ message: Int64, now: Date) throws(LedgerError) {
        try make(message)
        try doubt.run {
            $0.integer(now.microseconds)
            $0.integer(message)
        }
    }

    /// Ends a held message.
    func close(_ message: Int64, as status: MessageStatus, decision: Int64?, now: Date) throws(LedgerError) -> Bool {
        try make(message)
        return try close.run {
            $0.integer(now.microseconds)
            $0.text(status.rawValue)
            $0.integer(status.rank)
            $0.integer(decision)
            $0.integer(message)
        } > 0
    }

    /// Begins an ended message anew; one that is in another state stays in it.
    func reopen(_ message: Int64, now: Date) throws(LedgerError) {
        try reopen.run {
            $0.integer(now.microseconds)
            $0.integer(message)
        }
    }

    func noteDeferral(_ message: Int64, reason: String) throws(LedgerError) {
        try make(message)
        try deferral.run {
            $0.text(reason)
            $0.integer(MessageStatus.deferred.rank)
            $0.text(MessageStatus.deferred.rawValue)
            $0.integer(message)
        }
    }

    /// The provider has the message.
    func take(
        _ message: Int64, state: StoredState, attempt: Int, changedAt: Int64, sid: String, providerStatus: String?
    ) throws(LedgerError) {
        try take.run {
            $0.integer(state.rawValue)
            $0.integer(attempt)
            $0.integer(changedAt)
            $0.text(sid)
            $0.text(providerStatus)
            $0.integer(message)
        }
    }

    /// Records a status of a higher rank.
    func record(_ message: Int64, _ report: StatusReport) throws(LedgerError) -> Bool {
        try status.run {
            $0.text(report.status.rawValue)
            $0.integer(report.status.rank)
            $0.integer(report.at.microseconds)
            $0.integer(report.status.isFinal ? report.at.microseconds : nil)
            $0.integer(report.errorCode)
            $0.integer(message)
        } > 0
    }
}
