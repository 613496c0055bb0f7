import Dispatch
import Synchronization

/// A record that waits for the disk.
struct PendingRecord: Sendable {
    let stamp: UInt64
    /// Made on the journal's thread.
    let payload: @Sendable () -> [UInt8]
    let completion: @Sendable (Result<Void, JournalError>) -> Void
}

/// What the journal's thread is to do.
struct JournalWork: Sendable {
    /// In their order.
    var appends: [PendingRecord] = []
    /// Everything else, which needs no disk's promise.
    var others: [@Sendable (JournalStore) -> Void] = []

    var isEmpty: Bool { appends.isEmpty && others.isEmpty }
}

/// Gathers what is asked for while the thread waits for the disk, so that all who wait share the next sync.
final class JournalQueue: Sendable {
    private struct State {
        var work = JournalWork()
        var isClosed = false
        var sleeps = false
        var hasEnded = false
        var whenEnded: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// False when the journal is closed.
    func add(_ change: (inout JournalWork) -> Void) -> Bool {
        let (isTaken, mustWake) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            change(&state.work)
            defer { state.sleeps = false }
            return (true, state.sleeps)
        }
        if mustWake { wakeUp.signal() }
        return isTaken
    }

    /// Takes no more; the thread ends when it has done what is there.
    func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.sleeps = false }
            return state.sleeps
        }
        if mustWake { wakeUp.signal() }
    }

    /// The thread has ended.
    func end() {
        let waiting = state.withLock { state in
            state.isClosed = true
            state.hasEnded = true
            defer { state.whenEnded = [] }
            return state.whenEnded
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the thread has ended.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.whenEnded.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Everything that waits; nil when the queue is closed and empty. Only from the journal's thread.
    func next() -> JournalWork? {
        while true {
            let (work, isClosed) = state.withLock { state in
                let work = state.work
                state.work = JournalWork()
                state.sleeps = work.isEmpty && !state.isClosed
                return (work, state.isClosed)
            }
            if !work.isEmpty { return work }
            if isClosed { return nil }
            wakeUp.wait()
        }
    }
}
