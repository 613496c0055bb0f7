import Logging
import Synchronization

/// The journal's files. Lives on the journal's thread and never leaves it.
final class JournalStore {
    private let folder: JournalFolder
    private let keys: JournalKeys
    private let options: JournalOptions
    private let calls: FileCalls
    private let logger: Logger
    private let publish: (JournalStatus) -> Void
    /// The oldest first. The last is the writer's, while there is one.
    private var segments: [Segment] = []
    private var writer: SegmentWriter?
    private var nextSequence: UInt64 = 1

    /// Opens the folder and reads what a process before this one has left.
    ///
    /// - Parameter publish: called with what the journal holds, after every change and before whoever asked is told.
    init(
        path: String, keys: JournalKeys, options: JournalOptions, calls: FileCalls, logger: Logger,
        publish: @escaping (JournalStatus) -> Void
    ) throws(JournalError) {
        folder = try JournalFolder(path)
        self.keys = keys
        self.options = options
        self.calls = calls
        self.logger = logger
        self.publish = publish
        for name in try folder.segments() { try recover(name) }
        publish(status)
    }

    private var status: JournalStatus {
        var status = JournalStatus()
        for segment in segments {
            status.records += segment.entries.count
            status.bytes += segment.length
            guard let stamp = segment.oldestStamp else { continue }
            status.oldestStamp = min(status.oldestStamp ?? stamp, stamp)
        }
        return status
    }

    // MARK: What was left

    private func recover(_ name: SegmentName) throws(JournalError) {
        let bytes = try readFile(folder.path(name.description), limit: 1 << 30)
        let scan = SegmentScan(bytes, cipher: RecordCipher(segment: name, keys: keys))
        if scan.records.isEmpty, let key = scan.missingKey { throw JournalError(.missingKey, subject: key) }
        var segment = Segment(name, length: bytes.count, records: scan.records)
        if let end = scan.tornAt {
            logger.warning(
                "The journal's last record was cut short by a stop; nobody was promised it",
                metadata: ["journal.file": "\(name)", "bytes": "\(bytes.count - end)"])
            try folder.truncate(name, to: end)
            segment.length = end
        }
        note(scan, of: &segment)
        // Never written to again: its nonces may be used up beyond what can be read.
        nextSequence = max(nextSequence, max(segment.last, name.first) + 1)
        if segment.entries.isEmpty {
            discard(segment)
        } else {
            segments.append(segment)
        }
    }

    /// Says once that a file is damaged.
    private func note(_ scan: SegmentScan, of segment: inout Segment) {
        guard !scan.damage.isEmpty, !segment.isDamaged else { return }
        segment.isDamaged = true
        logger.error(
            "A file of the journal is damaged; what can be read of it is used, and the file is kept",
            metadata: [
                "journal.file": "\(segment.name)", "bytes": "\(scan.damage.reduce(0) { $0 + $1.count })",
                "places": "\(scan.damage.count)",
            ])
    }

    private func discard(_ segment: Segment) {
        if segment.isDamaged { folder.setAside(segment.name) } else { folder.remove(segment.name) }
    }

    // MARK: Reading and removing

    /// The records of the oldest file that were not removed; none when there are no more.
    func oldestRecords() -> Result<[JournalRecord], JournalError> {
        while let index = segments.firstIndex(where: { !$0.entries.isEmpty }) {
            let segment = segments[index]
            let first = segment.entries[0].sequence
            do {
                let bytes = try readFile(folder.path(segment.name.description), limit: segment.length)
                let scan = SegmentScan(bytes, cipher: RecordCipher(segment: segment.name, keys: keys))
                if bytes.count == segment.length, scan.tornAt == nil { note(scan, of: &segments[index]) }
                let records = scan.records.filter { $0.sequence >= first }
                if !records.isEmpty { return .success(records) }
            } catch {
                return .failure(error)
            }
            loseSegment(at: index)
        }
        return .success([])
    }

    /// A file whose records were there and cannot be read any more must not hold up those after it.
    private func loseSegment(at index: Int) {
        let segment = segments[index]
        logger.error(
            "A file of the journal cannot be read any more; its records are lost unless the file can be saved",
            metadata: ["journal.file": "\(segment.name)", "records": "\(segment.entries.count)"])
        if writer?.name == segment.name { writer = nil }
        folder.setAside(segment.name)
        segments.remove(at: index)
        publish(status)
    }

    /// Removes the records up to `sequence`, and the files that hold no others.
    ///
    /// - Parameter keeping: whether the file of the last of them is kept under another name.
    func remove(through sequence: UInt64, keeping: Bool) {
        for index in segments.indices {
            if keeping, segments[index].entries.contains(where: { $0.sequence == sequence }) {
                segments[index].isDamaged = true
            }
            segments[index].remove(through: sequence)
        }
        for segment in segments where segment.entries.isEmpty {
            if writer?.name == segment.name { writer = nil }
            discard(segment)
        }
        segments.removeAll { $0.entries.isEmpty }
        publish(status)
    }

    // MARK: Appending

    /// Makes records durable, in their order, with one sync for all that fit one file.
    func append(_ group: [PendingRecord]) {
        var batch = SealedBatch()
        for record in group {
            do throws(JournalError) {
                let payload = record.payload()
                let size = RecordCipher.sealedSize(payload: payload.count)
                guard status.bytes + batch.bytes.count + size <= options.maximumBytes else {
                    throw JournalError(.full)
                }
                try openWriter()
                guard let cipher = writer?.cipher else { throw JournalError(.closed) }
                let sealed = try cipher.seal(sequence: nextSequence, stamp: record.stamp, payload: payload)
                batch.add(record, sealed, Segment.Entry(sequence: nextSequence, stamp: record.stamp))
                nextSequence += 1
            } catch {
                record.completion(.failure(error))
                continue
            }
            if (writer?.durableLength ?? 0) + batch.bytes.count >= options.segmentLimit { write(&batch) }
        }
        write(&batch)
    }

    /// Begins a file where none is being written.
    private func openWriter() throws(JournalError) {
        guard writer == nil else { return }
        let name = SegmentName(first: nextSequence)
        writer = try SegmentWriter(name, folder: folder, keys: keys, calls: calls)
        do {
            try folder.sync()
            segments.append(Segment(name))
        } catch {
            writer = nil
            folder.remove(name)
            throw error
        }
    }

    private func write(_ batch: inout SealedBatch) {
        defer { batch = SealedBatch() }
        guard !batch.bytes.isEmpty, let index = segments.indices.last else { return }
        do throws(JournalError) {
            try writer?.append(batch.bytes)
            for entry in batch.entries { segments[index].append(entry) }
            segments[index].length += batch.bytes.count
            if segments[index].length >= options.segmentLimit { writer = nil }
            publish(status)
            for record in batch.records { record.completion(.success(())) }
        } catch {
            writer = nil
            if segments[index].entries.isEmpty { folder.remove(segments.remove(at: index).name) }
            for record in batch.records { record.completion(.failure(error)) }
        }
    }
}

/// Records that are written together.
private struct SealedBatch {
    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Segment.Entry] = []
    private(set) var records: [PendingRecord] = []

    mutating func add(_ record: PendingRecord, _ sealed: [UInt8], _ entry: Segment.Entry) {
        bytes += sealed
        entries.append(entry)
        records.append(record)
    }
}
