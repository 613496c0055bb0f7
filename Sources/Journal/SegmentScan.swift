/// What a file of the journal holds: its records, and where it is damaged.
struct SegmentScan: Equatable {
    private(set) var records: [JournalRecord] = []
    /// Where an incomplete record begins that nothing follows: writing it was cut short, and nobody was told that it is
    /// safe.
    private(set) var tornAt: Int?
    /// Bytes that are no record, with records after them or long enough to have been one.
    private(set) var damage: [Range<Int>] = []
    /// A key that records name and that is not loaded.
    private(set) var missingKey: String?

    /// Reads all records, and goes on after damage at the next place where a record stands.
    init(_ bytes: [UInt8], cipher: RecordCipher) {
        var position = 0
        while position < bytes.count {
            if let size = take(bytes, at: position, cipher) {
                position += size
            } else if let next = nextRecord(bytes, after: position, cipher) {
                damage.append(position..<next)
                position = next
            } else {
                endAt(position, bytes)
                return
            }
        }
    }

    /// Reads the record at `position` and gives its size; nil when none stands there.
    private mutating func take(_ bytes: [UInt8], at position: Int, _ cipher: RecordCipher) -> Int? {
        guard let header = RecordHeader(bytes, at: position) else { return nil }
        let size = RecordHeader.size + header.length
        guard bytes.count - position >= size else { return nil }
        do {
            let record = try cipher.open(header, bytes, at: position)
            // Records stand in their order; an older one was put there by somebody.
            guard record.sequence >= cipher.segment.first, record.sequence > records.last?.sequence ?? 0 else {
                return nil
            }
            records.append(record)
            return size
        } catch {
            if case .missingKey(let id) = error { missingKey = missingKey ?? id }
            return nil
        }
    }

    /// Where the next record stands that opens.
    private func nextRecord(_ bytes: [UInt8], after position: Int, _ cipher: RecordCipher) -> Int? {
        var place = position + 1
        var attempt = self
        while place <= bytes.count - RecordHeader.size {
            if bytes[place] == RecordHeader.marker[0], attempt.take(bytes, at: place, cipher) != nil { return place }
            place += 1
        }
        return nil
    }

    /// Nothing that opens follows: a record that was cut short, or damage.
    private mutating func endAt(_ position: Int, _ bytes: [UInt8]) {
        let rest = bytes[position...]
        let isShort = rest.count < RecordHeader.size && rest.starts(with: RecordHeader.marker.prefix(rest.count))
        let isCut = RecordHeader(bytes, at: position).map { rest.count < RecordHeader.size + $0.length } ?? false
        if isShort || isCut {
            tornAt = position
        } else {
            damage.append(position..<bytes.count)
        }
    }
}
