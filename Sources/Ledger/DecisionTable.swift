import FoundationEssentials
import GRDB

/// The decision records of messages, each stored once for all messages of its time that have the same: within a
/// campaign they hardly differ, and they are several times as large as the rest of a message.
final class DecisionTable {
    private struct Stored {
        var id: Int64
        var usedAt: Int64
    }

    private let insert: PreparedStatement
    private let read: PreparedStatement
    private let noteUse: PreparedStatement
    private var recent: [Record: Stored] = [:]

    private static let limit = 256

    init(_ database: Database, _ values: BoundValues) throws {
        insert = try PreparedStatement(database, values, "INSERT INTO decision (record, used_at) VALUES (?, ?)")
        noteUse = try PreparedStatement(
            database, values, "UPDATE decision SET used_at = max(used_at, ?) WHERE id = ?")
        read = try PreparedStatement(database, values, "SELECT record FROM decision WHERE id = ?")
    }

    /// The number of a record, which is stored unless it was lately.
    ///
    /// One that was not used for long is pruned, so a use is noted once a day; where it has gone all the same, it is stored
    /// again.
    func id(_ record: [UInt8], now: Date) throws(LedgerError) -> Int64 {
        let key = Record(bytes: record)
        let now = now.microseconds
        if let stored = recent[key] {
            guard now &- stored.usedAt > PruneProgress.day else { return stored.id }
            let isThere = try noteUse.run {
                $0.integer(now)
                $0.integer(stored.id)
            }
            if isThere > 0 {
                recent[key] = Stored(id: stored.id, usedAt: now)
                return stored.id
            }
        }
        try insert.run {
            $0.blob(record)
            $0.integer(now)
        }
        let id = insert.lastInsertedID
        if recent.count >= Self.limit { recent = [:] }
        recent[key] = Stored(id: id, usedAt: now)
        return id
    }

    func record(_ id: Int64) throws(LedgerError) -> [UInt8]? {
        try read.first({ $0.integer(id) }, { $0.blob(0) }) ?? nil
    }

    func forget() { recent = [:] }
}

/// An array hashes its bytes one by one, which takes longer than to store them.
private struct Record: Hashable {
    let bytes: [UInt8]

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
