import Messaging

/// A table whose old rows are found by an index.
struct AgedTable: Sendable {
    let name: String
    /// The columns of its primary key.
    let key: String
    /// The column that tells the age.
    let age: String
    /// How long rows are kept after that, in microseconds; nil for as long as evidence is remembered.
    let memory: Int64?
    /// Microseconds in a unit of the age.
    var unit: Int64 = 1

    /// Rows of before are old, for a pass that began at this instant.
    func end(_ began: Int64, _ retention: LedgerRetention) -> Int64 {
        (began &- (memory ?? Int64(retention.evidenceDays) &* PruneProgress.day)) / unit
    }

    /// The same in PostgreSQL's words, where `began` and `bad_age` are known.
    var sqlEnd: String { "(began - \(memory.map { "\($0)" } ?? "bad_age")) / \(unit)" }
}

extension PruneTable {
    /// What is counted or noted of traffic. The clocks of workers may be an hour apart.
    static let traffic = [
        AgedTable(name: "sent", key: "recipient, at, message", age: "until", memory: hour),
        AgedTable(name: "prefix_count", key: "prefix, minute", age: "minute", memory: hour, unit: 60_000_000),
        AgedTable(
            name: "last_inbound", key: "recipient, program, channel", age: "at", memory: 2 * PruneProgress.day),
        AgedTable(name: "bad_number", key: "recipient, channel", age: "at", memory: nil),
        AgedTable(name: "reassigned", key: "recipient, is_yes", age: "ages_from", memory: nil),
    ]

    private static let hour: Int64 = 3_600_000_000
}
