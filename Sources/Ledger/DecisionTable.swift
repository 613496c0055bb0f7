import GRDB

/// The decision records of messages.
final class DecisionTable {
    private let replace: PreparedStatement
    private let read: PreparedStatement

    init(_ database: Database) throws {
        replace = try PreparedStatement(database, "INSERT OR REPLACE INTO decision (message, record) VALUES (?, ?)")
        read = try PreparedStatement(database, "SELECT record FROM decision WHERE message = ?")
    }

    func store(_ record: [UInt8], message: Int64) throws(LedgerError) {
        try replace.run {
            $0.integer(message)
            $0.blob(record)
        }
    }

    func record(message: Int64) throws(LedgerError) -> [UInt8]? {
        try read.first({ $0.integer(message) }, { $0.blob(0) }) ?? nil
    }
}
