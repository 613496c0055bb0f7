import GRDB

/// Small numbers for the few words that stand in many rows: apps, programs, workers.
final class NameTable {
    private let find: PreparedStatement
    private let insert: PreparedStatement
    private let read: PreparedStatement
    private var ids: [String: Int64] = [:]
    private var texts: [Int64: String] = [:]

    /// Beyond this the words are not few, and remembering them would only take memory.
    private static let limit = 10_000

    init(_ database: Database, _ values: BoundValues) throws {
        find = try PreparedStatement(database, values, "SELECT id FROM name WHERE text = ?")
        insert = try PreparedStatement(database, values, "INSERT INTO name (text) VALUES (?)")
        read = try PreparedStatement(database, values, "SELECT text FROM name WHERE id = ?")
    }

    /// The number of a word, which it gets now when it has none.
    func id(_ text: String) throws(LedgerError) -> Int64 {
        if let id = try knownID(text) { return id }
        try insert.run { $0.text(text) }
        let id = insert.lastInsertedID
        remember(id, text)
        return id
    }

    /// The number of a word; nil when no row can hold it.
    func knownID(_ text: String) throws(LedgerError) -> Int64? {
        if let id = ids[text] { return id }
        guard let id = try find.first({ $0.text(text) }, { $0.integer(0) }) else { return nil }
        remember(id, text)
        return id
    }

    func text(_ id: Int64) throws(LedgerError) -> String {
        if let text = texts[id] { return text }
        guard let text = try read.first({ $0.integer(id) }, { $0.text(0) }) ?? nil else { return "" }
        remember(id, text)
        return text
    }

    func forget() {
        ids = [:]
        texts = [:]
    }

    private func remember(_ id: Int64, _ text: String) {
        if ids.count >= Self.limit { forget() }
        ids[text] = id
        texts[id] = text
    }
}
