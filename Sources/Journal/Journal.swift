public import Logging
import Synchronization

/// An append-only, encrypted, bounded journal of records in files of one folder.
///
/// What was appended survives the end of the process at any byte. Records are read and removed in the order in which
/// they were appended; removing frees space file by file, so after a crash some records are read again.
///
/// Everything that touches the disk happens on a thread of its own, and all who append while it waits for the disk share
/// its next sync.
public final class Journal: Sendable {
    private let queue: JournalQueue
    private let current: StatusCell

    /// Opens the journal of a folder, which only one process may use at a time; makes the folder where it is missing.
    ///
    /// A last record that was cut short is cut off; damage is logged, and what stands around it is read.
    ///
    /// - Throws: ``JournalError`` when there is no place for it (``JournalError/meansNoPlace``), when it cannot be read,
    ///   or when records are there whose key was not given.
    public static func open(
        _ path: String, keys: JournalKeys, options: JournalOptions = JournalOptions(), logger: Logger
    ) async throws(JournalError) -> Journal {
        try await open(path, keys: keys, options: options, calls: .system, logger: logger)
    }

    static func open(
        _ path: String, keys: JournalKeys, options: JournalOptions, calls: FileCalls, logger: Logger
    ) async throws(JournalError) -> Journal {
        let queue = JournalQueue()
        let current = StatusCell()
        let opened: Result<Void, JournalError> = await withCheckedContinuation { continuation in
            do throws(JournalError) {
                try JournalThread.start {
                    serve(queue) { () throws(JournalError) in
                        try JournalStore(
                            path: path, keys: keys, options: options, calls: calls, logger: logger,
                            publish: { current.set($0) })
                    } opened: {
                        continuation.resume(returning: $0)
                    }
                    queue.end()
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        try opened.get()
        return Journal(queue: queue, current: current)
    }

    /// The journal's thread, from its beginning to its end; the folder is free when it returns.
    private static func serve(
        _ queue: JournalQueue, _ open: () throws(JournalError) -> JournalStore,
        opened: (Result<Void, JournalError>) -> Void
    ) {
        let store: JournalStore
        do throws(JournalError) {
            store = try open()
        } catch {
            return opened(.failure(error))
        }
        opened(.success(()))
        while let work = queue.next() {
            // What is removed makes room for what is appended.
            for other in work.others { other(store) }
            store.append(work.appends)
        }
    }

    private init(queue: JournalQueue, current: StatusCell) {
        self.queue = queue
        self.current = current
    }

    deinit {
        queue.close()
    }

    /// What it holds. A record counts before whoever appended it is told.
    public var status: JournalStatus { current.status }

    /// Appends a record behind those that were appended before; returns at once.
    ///
    /// - Parameters:
    ///   - stamp: a time, in any unit; ``JournalStatus/oldestStamp`` is the smallest.
    ///   - payload: makes the content, at most 4 MiB, on the journal's thread.
    ///   - completion: called on the journal's thread when the record is on the disk, or cannot be. It must not wait.
    /// - Returns: false when the journal is closed; then nothing is called.
    public func append(
        stamp: UInt64, payload: @escaping @Sendable () -> [UInt8],
        completion: @escaping @Sendable (Result<Void, JournalError>) -> Void
    ) -> Bool {
        let record = PendingRecord(stamp: stamp, payload: payload, completion: completion)
        return queue.add { $0.appends.append(record) }
    }

    /// The oldest records, in their order, as many as stand in one file; none when there are none at the moment.
    ///
    /// - Throws: ``JournalError`` when the disk cannot be read now.
    public func oldestRecords() async throws(JournalError) -> [JournalRecord] {
        try await perform { $0.oldestRecords() }
    }

    /// Forgets all records up to `sequence`.
    ///
    /// - Parameter keeping: whether the file of that record is kept under another name, for somebody to look at.
    public func remove(through sequence: UInt64, keeping: Bool = false) async throws(JournalError) {
        try await perform { store in
            store.remove(through: sequence, keeping: keeping)
            return .success(())
        }
    }

    /// Ends the thread when it has done what it was asked for, and waits for that. The files stay as they are.
    public func close() async {
        queue.close()
        await queue.waitForEnd()
    }

    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (JournalStore) -> Result<Value, JournalError>
    ) async throws(JournalError) -> Value {
        let result: Result<Value, JournalError> = await withCheckedContinuation { continuation in
            let isTaken = queue.add { work in
                work.others.append { store in continuation.resume(returning: body(store)) }
            }
            if !isTaken { continuation.resume(returning: .failure(JournalError(.closed))) }
        }
        return try result.get()
    }
}

/// What the journal holds, for everybody to read.
private final class StatusCell: Sendable {
    private let value = Mutex(JournalStatus())

    var status: JournalStatus { value.withLock { $0 } }
    func set(_ status: JournalStatus) { value.withLock { $0 = status } }
}
