import EventLoop
import Synchronization

/// Gathers the calls of many callers into batches, of which a few are under way at once.
///
/// A batch is handed out when its first call has waited for `window`, or when it has reached `limit`; what has gathered while
/// all batches were under way goes with the next that is free. The loop is woken for the first call of a batch and for the
/// one that fills it, not for those between.
actor CallBatches {
    private struct Gathered {
        var calls: [any BatchedCall] = []
        var isClosed = false
    }

    private nonisolated let loop: EventLoop
    private nonisolated let window: Duration
    private nonisolated let limit: Int
    private nonisolated let gathered = Mutex(Gathered())
    private let atOnce: Int
    private let perform: @Sendable ([any BatchedCall]) async -> Void
    private var underWay = 0
    private var timer: LoopTimer?
    private var ending: [CheckedContinuation<Void, Never>] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    /// `perform` does a batch, and wakes its callers.
    init(
        loop: EventLoop, window: Duration, limit: Int, atOnce: Int,
        perform: @escaping @Sendable ([any BatchedCall]) async -> Void
    ) {
        self.loop = loop
        self.window = window
        self.limit = max(1, limit)
        self.atOnce = max(1, atOnce)
        self.perform = perform
    }

    /// Adds a call; false when it is closed. May be called from any thread.
    nonisolated func append(_ call: any BatchedCall) -> Bool {
        let count = gathered.withLock { gathered -> Int? in
            guard !gathered.isClosed else { return nil }
            gathered.calls.append(call)
            return gathered.calls.count
        }
        guard let count else { return false }
        if count == 1 || count == limit { loop.execute { [self] in assumeIsolated { $0.callsArrived() } } }
        return true
    }

    /// Takes no more calls, and returns when those that are there are done.
    func close() async {
        gathered.withLock { $0.isClosed = true }
        startBatches()
        guard underWay > 0 else { return }
        await withCheckedContinuation { continuation in waitForEnd(continuation) }
    }

    private func waitForEnd(_ continuation: CheckedContinuation<Void, Never>) {
        if underWay > 0 { ending.append(continuation) } else { continuation.resume() }
    }

    private func callsArrived() {
        let count = gathered.withLock(\.calls.count)
        guard count > 0, underWay < atOnce else { return }
        if count >= limit || window <= .zero { return startBatches() }
        guard timer == nil else { return }
        timer = loop.schedule(after: window) { [self] in assumeIsolated { $0.startBatches() } }
    }

    private func startBatches() {
        if let timer { loop.cancel(timer) }
        timer = nil
        while underWay < atOnce {
            let calls = gathered.withLock { gathered in
                let calls = Array(gathered.calls.prefix(limit))
                gathered.calls.removeFirst(calls.count)
                return calls
            }
            guard !calls.isEmpty else { return }
            underWay += 1
            Task {
                await self.perform(calls)
                self.ended()
            }
        }
    }

    private func ended() {
        underWay -= 1
        startBatches()
        guard underWay == 0 else { return }
        let waiting = ending
        ending = []
        for continuation in waiting { continuation.resume() }
    }
}
