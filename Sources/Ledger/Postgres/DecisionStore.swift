import Crypto
import FoundationEssentials
import Postgres

/// Names a decision record: the first half of its SHA-256.
struct DecisionID: Hashable, Sendable {
    let bytes: [UInt8]

    init(_ record: [UInt8]) {
        bytes = Array(SHA256.hash(data: record).prefix(16))
    }
}

/// A decision record on its way into the database.
struct DecisionRecord: Sendable {
    let id: DecisionID
    let record: [UInt8]
    /// By the caller's clock, in microseconds since 1970.
    let usedAt: Int64

    init(_ record: [UInt8], usedAt: Date) {
        self.record = record
        self.usedAt = usedAt.microseconds
        id = DecisionID(record)
    }
}

/// Which decision records stand in the database. Messages share them: within a campaign they hardly differ, and they are
/// several times as large as the rest of a message.
struct DecisionStore {
    /// When each was used, as it is stored.
    private var recent: [DecisionID: Int64] = [:]

    private static let limit = 256
    private static let insert = PostgresStatement(
        """
        INSERT INTO decision (id, record, used_at) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at
        WHERE decision.used_at < excluded.used_at - \(PruneProgress.day)
        """, [.bytes, .bytes, .integer])
    /// What refers to the records is committed after them, and its flush of the log covers theirs.
    private static let withoutWaiting = PostgresQuery(
        PostgresStatement("SELECT set_config('synchronous_commit', 'off', true)"))

    /// What must be stored before messages refer to these records; nil when nothing must. One that was not used for long is
    /// pruned, so a use is noted once a day. In a transaction of its own and
    /// in the records' order, so that two batches with the same records do not wait for each other for long.
    func queries(_ records: [DecisionRecord]) -> [PostgresQuery]? {
        var missing: [DecisionID: DecisionRecord] = [:]
        for record in records where !isStored(record) { missing[record.id] = record }
        guard !missing.isEmpty else { return nil }
        let ordered = missing.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        return [Self.withoutWaiting]
            + ordered.map { id, record in
                PostgresQuery(Self.insert, [.bytes(id.bytes), .bytes(record.record), .integer(record.usedAt)])
            }
    }

    private func isStored(_ record: DecisionRecord) -> Bool {
        guard let usedAt = recent[record.id] else { return false }
        return record.usedAt &- usedAt <= PruneProgress.day
    }

    mutating func remember(_ records: [DecisionRecord]) {
        if recent.count + records.count > Self.limit { recent = [:] }
        for record in records where !isStored(record) { recent[record.id] = record.usedAt }
    }

    mutating func forget() { recent = [:] }
}
