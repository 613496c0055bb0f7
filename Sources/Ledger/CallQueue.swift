import Dispatch
import Synchronization

/// Gathers the calls of many callers into batches for one thread.
///
/// A batch is handed out when its first call has waited for `window`, or when it has reached `limit`. The thread is
/// woken for the first call of a batch and for the one that fills it, not for those between.
final class CallQueue: Sendable {
    private struct State {
        var calls: [any LedgerCall] = []
        /// When the first of them arrived, on the monotonic clock in nanoseconds.
        var firstAt: UInt64 = 0
        var isClosed = false
        var sleep = Sleep.awake
    }

    private enum Sleep {
        case awake, untilFirstCall, untilWindowEnds
    }

    private enum Step {
        case take([any LedgerCall]), wait, waitUntil(UInt64), end
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let window: UInt64
    private let limit: Int

    init(window: Duration, limit: Int) {
        self.window = UInt64(max(0, window / .nanoseconds(1)))
        self.limit = max(1, limit)
    }

    /// Adds a call; false when the queue is closed.
    func append(_ call: any LedgerCall) -> Bool {
        let (isTaken, mustWake) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            if state.calls.isEmpty { state.firstAt = DispatchTime.now().uptimeNanoseconds }
            state.calls.append(call)
            let mustWake =
                switch state.sleep {
                case .awake: false
                case .untilFirstCall: true
                case .untilWindowEnds: state.calls.count >= limit
                }
            if mustWake { state.sleep = .awake }
            return (true, mustWake)
        }
        if mustWake { wakeUp.signal() }
        return isTaken
    }

    /// Takes no more calls; the thread ends when it has done those that are there.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.sleep = .awake
        }
        wakeUp.signal()
    }

    /// The next batch; nil when the queue is closed and empty. Only from the ledger's thread.
    ///
    /// A wake-up that came too late for its sleep only makes the next one shorter: every round looks at the state.
    func next() -> [any LedgerCall]? {
        while true {
            switch state.withLock({ step(&$0) }) {
            case .take(let calls): return calls
            case .wait: wakeUp.wait()
            case .waitUntil(let end): _ = wakeUp.wait(timeout: DispatchTime(uptimeNanoseconds: end))
            case .end: return nil
            }
        }
    }

    private func step(_ state: inout State) -> Step {
        state.sleep = .awake
        guard !state.calls.isEmpty else {
            if state.isClosed { return .end }
            state.sleep = .untilFirstCall
            return .wait
        }
        let end = state.firstAt &+ window
        if state.isClosed || state.calls.count >= limit || DispatchTime.now().uptimeNanoseconds >= end {
            let calls = state.calls
            state.calls = []
            return .take(calls)
        }
        state.sleep = .untilWindowEnds
        return .waitUntil(end)
    }
}
