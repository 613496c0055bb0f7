import GRDB

/// The decision records of messages, each stored once for all messages of its time that have the same: within a
/// campaign they hardly differ, and they are several times as large as the rest of a message.
final class DecisionTable {
    private let insert: PreparedStatement
    private let read: PreparedStatement
    private var recent: [Record: Int64] = [:]

    private static let limit = 256

    init(_ database: Database, _ values: BoundValues) throws {
        insert = try PreparedStatement(database, values, "INSERT INTO decision (record) VALUES (?)")
        read = try PreparedStatement(database, values, "SELECT record FROM decision WHERE id = ?")
    }

    /// The number of a record, which is stored unless it was lately.
    func id(_ record: [UInt8]) throws(LedgerError) -> Int64 {
        let key = Record(bytes: record)
        if let id = recent[key] { return id }
        try insert.run { $0.blob(record) }
        let id = insert.lastInsertedID
        if recent.count >= Self.limit { recent = [:] }
        recent[key] = id
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
