import FoundationEssentials
import GRDB

/// Up to when each bridge's opt-outs are recorded.
final class BridgeTable {
    private let note: PreparedStatement
    private let oldest: PreparedStatement
    private let prune: PreparedStatement
    /// What the transaction has seen: nobody else writes while it lasts.
    private var known: Date??

    /// A bridge that has left is remembered for a day.
    static let memory: Int64 = 86_400_000_000
    /// How far apart the clocks of two recorders may be, in microseconds, before the later one's note counts as wrong: as far
    /// as the policy lets recorder and worker differ.
    static let tolerance: Int64 = 10_000_000

    init(_ database: Database, _ values: BoundValues) throws {
        note = try PreparedStatement(
            database, values,
            """
            INSERT INTO bridge (id, at, has_left) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET at = excluded.at, has_left = excluded.has_left
            WHERE excluded.at > at OR (excluded.at = at AND excluded.has_left) OR at > ?
            """)
        oldest = try PreparedStatement(database, values, "SELECT min(at) FROM bridge WHERE NOT has_left")
        prune = try PreparedStatement(database, values, "DELETE FROM bridge WHERE has_left AND at < ?")
    }

    func beginTransaction() {
        known = nil
    }

    func note(_ bridge: String, at: Date, isLeaving: Bool, now: Date) throws(LedgerError) {
        known = nil
        try note.run {
            $0.text(bridge)
            $0.integer(at.microseconds)
            $0.integer(isLeaving ? 1 : 0)
            $0.integer(now.microseconds &+ Self.tolerance)
        }
        if isLeaving { try prune.run { $0.integer(at.microseconds &- Self.memory) } }
    }

    func consentKnownAt() throws(LedgerError) -> Date? {
        if let known { return known }
        let at = try oldest.first({ _ in }, { $0.optionalInteger(0) }) ?? nil
        let date = at.map(Date.init(microseconds:))
        known = .some(date)
        return date
    }
}
