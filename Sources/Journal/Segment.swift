/// A file of the journal and which of its records were not removed yet.
struct Segment {
    /// What is known of a record without reading it.
    struct Entry {
        let sequence: UInt64
        let stamp: UInt64
    }

    let name: SegmentName
    /// Bytes that hold records; what may follow is of no account.
    var length: Int
    private(set) var entries: [Entry]
    /// The newest record that it ever held.
    private(set) var last: UInt64
    private(set) var oldestStamp: UInt64?
    /// Whether it is kept, under another name, when its records are removed.
    var isDamaged = false

    init(_ name: SegmentName, length: Int = 0, records: [JournalRecord] = []) {
        self.name = name
        self.length = length
        entries = records.map { Entry(sequence: $0.sequence, stamp: $0.stamp) }
        last = records.last?.sequence ?? 0
        oldestStamp = entries.lazy.map(\.stamp).min()
    }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        last = entry.sequence
        oldestStamp = min(oldestStamp ?? entry.stamp, entry.stamp)
    }

    mutating func remove(through sequence: UInt64) {
        let count = entries.prefix { $0.sequence <= sequence }.count
        guard count > 0 else { return }
        entries.removeFirst(count)
        oldestStamp = entries.lazy.map(\.stamp).min()
    }
}
