import Synchronization

extension EventLoop {
    /// Returns after `delay`, or as soon as the task is cancelled; other jobs of the loop go on meanwhile. May be called from
    /// anywhere.
    public func pause(for delay: Duration) async {
        let pause = Pause()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard pause.begin(continuation) else { return }
                execute { self.schedule(after: delay) { pause.end() } }
            }
        } onCancel: {
            // The timer stays, and finds the pause ended.
            pause.end()
        }
    }
}

/// Who waits, and is woken once.
private final class Pause: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Void, Never>)
        case ended
    }

    private let state = Mutex(State.new)

    /// False when it has ended before.
    func begin(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        let begins = state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
        if !begins { continuation.resume() }
        return begins
    }

    func end() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .ended }
            guard case .waiting(let continuation) = state else { return nil }
            return continuation
        }
        waiting?.resume()
    }
}
