import GRDB

/// Small numbers for the few words that stand in many rows: apps, programs, workers.
final class NameTable {
    private let find: PreparedStatement
    private let insert: PreparedStatement
    private let read: PreparedStatement
    private var ids: [String: Int64] = [:]
    private var texts: [Int64: String] = [:]
    /// The last words asked for, in a round: most calls name the same few, and to compare is faster than to hash.
    private var recent: [(text: String, id: Int64)] = []
    private var oldest = 0

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
        for word in recent where word.text == text { return word.id }
        if let id = ids[text] {
            keepRecent(text, id)
            return id
        }
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
        recent = []
    }

    private func keepRecent(_ text: String, _ id: Int64) {
        if recent.count < 4 {
            recent.append((text, id))
        } else {
            recent[oldest] = (text, id)
            oldest = (oldest + 1) % 4
        }
    }

    private func remember(_ id: Int64, _ text: String) {
        if ids.count >= Self.limit { forget() }
        ids[text] = id
        texts[id] = text
    }
}
