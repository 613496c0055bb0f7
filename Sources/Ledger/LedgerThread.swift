import Dispatch
import Foundation
import Logging
import Synchronization

/// A thread of its own for one connection: committing waits for the disk, which nothing else should wait for.
final class LedgerThread: Sendable {
    private let queue: CallQueue
    private let end = ThreadEnd()

    init(
        name: String, path: String, access: LedgerConnection.Access, options: SQLiteLedger.Options, logger: Logger
    ) {
        // A reader has nothing to gain from company: it does not sync.
        let queue = CallQueue(
            window: access == .writing ? options.commitWindow : .zero, limit: options.commitLimit)
        self.queue = queue
        let end = end
        let thread = Thread {
            // Only a running thread can be named.
            Thread.current.name = name
            let session = LedgerSession(path: path, access: access, options: options, logger: logger)
            while let calls = queue.next() { session.perform(calls) }
            session.close()
            end.reached()
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    deinit {
        queue.close()
    }

    /// Does `body` in a transaction with the calls that arrive about now, and returns when that is durable. It is not
    /// cut short by cancellation: what was handed over is recorded.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerConnection) throws(LedgerError) -> Value
    ) async throws(LedgerError) -> Value {
        let result = await withCheckedContinuation { continuation in
            let call = PendingCall(body, continuation)
            if !queue.append(call) { call.wake() }
        }
        return try result.get()
    }

    /// Ends the thread when it has done what it was given, and waits for that.
    func close() async {
        queue.close()
        await end.wait()
    }
}

/// Where a thread has ended, and who waits for it.
private final class ThreadEnd: Sendable {
    private struct State {
        var isReached = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func reached() {
        let waiting = state.withLock { state in
            state.isReached = true
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if !state.isReached { state.waiting.append(continuation) }
                return state.isReached
            }
            if isReached { continuation.resume() }
        }
    }
}
