import EventLoop
import Synchronization

/// Waits for `body` at most so many seconds; after that the answer is `fallback`, and `body` goes on unobserved: what
/// it does (a publish, a read) cannot be taken back, and its effect is the same whenever it comes.
func within<Value: Sendable>(
    seconds: Double, on loop: EventLoop, otherwise fallback: Value, _ body: @escaping @Sendable () async -> Value
) async -> Value {
    await withCheckedContinuation { continuation in
        let once = OnceContinuation(Mutex(continuation))
        loop.execute { loop.schedule(after: .seconds(seconds)) { once.resume(returning: fallback) } }
        Task { once.resume(returning: await body()) }
    }
}

/// Resumes a continuation with whichever answer comes first.
final class OnceContinuation<Value: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Value, Never>?>

    init(_ waiting: consuming Mutex<CheckedContinuation<Value, Never>?>) {
        self.waiting = waiting
    }

    func resume(returning value: Value) {
        let continuation = waiting.withLock { $0.take() }
        continuation?.resume(returning: value)
    }
}
