import Crypto
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

    init(_ record: [UInt8]) {
        self.record = record
        id = DecisionID(record)
    }
}

/// Which decision records stand in the database. Messages share them: within a campaign they hardly differ, and they are
/// several times as large as the rest of a message.
struct DecisionStore {
    private var recent: Set<DecisionID> = []

    private static let limit = 256
    private static let insert = PostgresStatement(
        "INSERT INTO decision (id, record) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", [.bytes, .bytes])
    /// What refers to the records is committed after them, and its flush of the log covers theirs.
    private static let withoutWaiting = PostgresQuery(
        PostgresStatement("SELECT set_config('synchronous_commit', 'off', true)"))

    /// What must be stored before messages refer to these records; nil when nothing must. In a transaction of its own and
    /// in the records' order, so that two batches with the same records do not wait for each other for long.
    func queries(_ records: [DecisionRecord]) -> [PostgresQuery]? {
        var missing: [DecisionID: [UInt8]] = [:]
        for record in records where !recent.contains(record.id) { missing[record.id] = record.record }
        guard !missing.isEmpty else { return nil }
        let ordered = missing.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        return [Self.withoutWaiting]
            + ordered.map { PostgresQuery(Self.insert, [.bytes($0.key.bytes), .bytes($0.value)]) }
    }

    mutating func remember(_ records: [DecisionRecord]) {
        if recent.count + records.count > Self.limit { recent = [] }
        for record in records { recent.insert(record.id) }
    }

    mutating func forget() { recent = [] }
}
