import GRDB

/// What pruning reads and removes. Compiled when it is first asked for: workers never prune.
final class PruneTable {
    private let progress: PreparedStatement
    private let keepProgress: PreparedStatement
    private let newest: PreparedStatement
    private let examine: PreparedStatement
    private let removeMessage: PreparedStatement
    private let removeProgress: PreparedStatement
    private let removeProviderID: PreparedStatement
    private let removeAwaited: PreparedStatement
    private let noteUse: PreparedStatement
    private let unusedDecisions: PreparedStatement
    private let removeDecision: PreparedStatement
    private let providerIDs: PreparedStatement
    private let conversations: PreparedStatement
    private let removeConversation: PreparedStatement
    private let evidence: PreparedStatement
    private let removeEvidence: PreparedStatement
    private let removeBridges: PreparedStatement
    private let removeTraffic: [String: PreparedStatement]

    /// The last that was heard of a message.
    static let lastHeard = """
        max(first_seen, coalesce(seen_at, first_seen), coalesce(changed_at, first_seen), \
        coalesce(status_at, first_seen), coalesce(final_at, first_seen))
        """
    /// Accepted, refused, abandoned or closed, and told the end. An attempt that may be under way, or of which nobody knows
    /// what came, has not ended, whatever was reported of another.
    static let hasEnded = "final_at IS NOT NULL AND state IN (2, 3, 5, 6)"

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        progress = try statement(
            """
            SELECT phase, holder, stepped_at, began_at, finished_before, after_row, after_key, after_program, ended_at
            FROM pruning WHERE id = 1
            """)
        keepProgress = try statement(
            """
            UPDATE pruning SET phase = ?, holder = ?, stepped_at = ?, began_at = ?, finished_before = ?, after_row = ?,
                after_key = ?, after_program = ?, ended_at = ?
            WHERE id = 1
            """)
        newest = try statement("SELECT id, first_seen FROM message WHERE id = (SELECT max(id) FROM message)")
        examine = try statement(
            """
            SELECT id, first_seen, \(Self.lastHeard), \(Self.hasEnded), sid, decision
            FROM message LEFT JOIN progress ON progress.message = message.id
            WHERE id > ? AND id < ? ORDER BY id LIMIT ?
            """)
        removeMessage = try statement("DELETE FROM message WHERE id = ?")
        removeProgress = try statement("DELETE FROM progress WHERE message = ?")
        removeProviderID = try statement("DELETE FROM provider_id WHERE sid = ? AND message = ?")
        removeAwaited = try statement("DELETE FROM awaited WHERE message = ?")
        noteUse = try statement("UPDATE decision SET used_at = ?1 WHERE id = ?2 AND used_at < ?3")
        unusedDecisions = try statement(
            """
            SELECT id FROM decision INDEXED BY decision_used
            WHERE used_at < ? AND id < (SELECT max(id) FROM decision) ORDER BY used_at LIMIT ?
            """)
        removeDecision = try statement("DELETE FROM decision WHERE id = ?")
        providerIDs = try statement(
            """
            SELECT sid, message, NOT EXISTS (SELECT 1 FROM message WHERE id = provider_id.message)
            FROM provider_id WHERE sid > ? ORDER BY sid LIMIT ?
            """)
        conversations = try statement(
            """
            SELECT recipient, program, at FROM conversation
            WHERE (recipient, program) > (?, ?) ORDER BY recipient, program LIMIT ?
            """)
        removeConversation = try statement("DELETE FROM conversation WHERE recipient = ? AND program = ?")
        evidence = try statement("SELECT sid, at FROM evidence WHERE sid > ? ORDER BY sid LIMIT ?")
        removeEvidence = try statement("DELETE FROM evidence WHERE sid = ?")
        removeBridges = try statement("DELETE FROM bridge WHERE has_left AND at < ?")
        var removals: [String: PreparedStatement] = [:]
        for table in Self.traffic {
            removals[table.name] = try statement(
                """
                DELETE FROM \(table.name) WHERE (\(table.key)) IN (
                    SELECT \(table.key) FROM \(table.name) WHERE \(table.age) < ? ORDER BY \(table.age) LIMIT ?)
                """)
        }
        removeTraffic = removals
    }

    func read() throws(LedgerError) -> PruneProgress {
        let known = try progress.first({ _ in }) { columns in
            // A phase of a newer version is begun anew.
            PruneProgress(
                phase: PruneProgress.Phase(rawValue: columns.integer(0)) ?? .idle, holder: columns.text(1) ?? "",
                steppedAt: columns.integer(2), beganAt: columns.integer(3), finishedBefore: columns.integer(4),
                row: columns.integer(5), key: columns.text(6) ?? "", program: columns.integer(7),
                endedAt: columns.optionalInteger(8))
        }
        return known ?? PruneProgress()
    }

    func keep(_ progress: PruneProgress) throws(LedgerError) {
        try keepProgress.run {
            $0.integer(progress.phase.rawValue)
            $0.text(progress.holder)
            $0.integer(progress.steppedAt)
            $0.integer(progress.beganAt)
            $0.integer(progress.finishedBefore)
            $0.integer(progress.row)
            $0.text(progress.key)
            $0.integer(progress.program)
            $0.integer(progress.endedAt)
        }
    }

    /// The newest message: its row and when it was first seen.
    func newestMessage() throws(LedgerError) -> (id: Int64, firstSeen: Int64)? {
        try newest.first({ _ in }, { ($0.integer(0), $0.integer(1)) })
    }

    /// A message that is looked at.
    struct Examined {
        var id: Int64
        var firstSeen: Int64
        var lastHeard: Int64
        var hasEnded: Bool
        var sid: String?
        var decision: Int64?
    }

    func messages(after row: Int64, before newest: Int64, limit: Int) throws(LedgerError) -> [Examined] {
        var found: [Examined] = []
        try examine.forEach({
            $0.integer(row)
            $0.integer(newest)
            $0.integer(limit)
        }) { columns in
            found.append(
                Examined(
                    id: columns.integer(0), firstSeen: columns.integer(1), lastHeard: columns.integer(2),
                    hasEnded: columns.integer(3) != 0, sid: columns.text(4), decision: columns.optionalInteger(5)))
        }
        return found
    }

    /// Removes a message with what came of it; how many provider's ids went with it.
    func remove(_ message: Examined) throws(LedgerError) -> Int {
        var providerIDs = 0
        if let sid = message.sid {
            providerIDs = try removeProviderID.run {
                $0.text(sid)
                $0.integer(message.id)
            }
        }
        try removeAwaited.run { $0.integer(message.id) }
        try removeProgress.run { $0.integer(message.id) }
        try removeMessage.run { $0.integer(message.id) }
        return providerIDs
    }

    /// Keeps the record of a message that stays.
    func noteUse(of decision: Int64, at now: Int64, ifBefore limit: Int64) throws(LedgerError) {
        try noteUse.run {
            $0.integer(now)
            $0.integer(decision)
            $0.integer(limit)
        }
    }

    func decisions(unusedSince instant: Int64, limit: Int) throws(LedgerError) -> [Int64] {
        var found: [Int64] = []
        try unusedDecisions.forEach({
            $0.integer(instant)
            $0.integer(limit)
        }) { found.append($0.integer(0)) }
        return found
    }

    func remove(decision: Int64) throws(LedgerError) { try removeDecision.run { $0.integer(decision) } }

    /// A row of a table that is walked through by its key.
    struct Entry {
        var key: String
        var program: Int64 = 0
        var isOld: Bool
    }

    /// Provider's ids; old are those whose message is gone.
    func providerIDs(after key: String, limit: Int) throws(LedgerError) -> [Entry] {
        var found: [Entry] = []
        try providerIDs.forEach({
            $0.text(key)
            $0.integer(limit)
        }) { found.append(Entry(key: $0.text(0) ?? "", program: $0.integer(1), isOld: $0.integer(2) != 0)) }
        return found
    }

    func remove(providerID entry: Entry) throws(LedgerError) {
        try removeProviderID.run {
            $0.text(entry.key)
            $0.integer(entry.program)
        }
    }

    func conversations(
        after key: String, _ program: Int64, olderThan instant: Int64, limit: Int
    ) throws(LedgerError) -> [Entry] {
        var found: [Entry] = []
        try conversations.forEach({
            $0.text(key)
            $0.integer(program)
            $0.integer(limit)
        }) {
            found.append(Entry(key: $0.text(0) ?? "", program: $0.integer(1), isOld: $0.integer(2) < instant))
        }
        return found
    }

    func remove(conversation entry: Entry) throws(LedgerError) {
        try removeConversation.run {
            $0.text(entry.key)
            $0.integer(entry.program)
        }
    }

    func evidence(after key: String, olderThan instant: Int64, limit: Int) throws(LedgerError) -> [Entry] {
        var found: [Entry] = []
        try evidence.forEach({
            $0.text(key)
            $0.integer(limit)
        }) { found.append(Entry(key: $0.text(0) ?? "", isOld: $0.integer(1) < instant)) }
        return found
    }

    func remove(evidence entry: Entry) throws(LedgerError) { try removeEvidence.run { $0.text(entry.key) } }

    func removeTraffic(_ table: AgedTable, before instant: Int64, limit: Int) throws(LedgerError) -> Int {
        try removeTraffic[table.name]?.run {
            $0.integer(instant)
            $0.integer(limit)
        } ?? 0
    }

    func removeBridges(leftBefore instant: Int64) throws(LedgerError) -> Int {
        try removeBridges.run { $0.integer(instant) }
    }
}
