import Synchronization

/// Opt-outs that cannot be read. They stay in their queue, unsettled, until a version that can read them is started;
/// until then nobody can say that opt-outs are recorded, so no tick is noted and promotional sending stops by itself.
/// Opt-outs that can be read are applied meanwhile.
final class UnreadOptOuts: Sendable {
    private struct State {
        var count = 0
        var isAny = false
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: how many may stay unsettled, so that they cannot use up the queue's prefetch.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether there is or was one, in the life of this process.
    var isAny: Bool { state.withLock { $0.isAny } }

    /// Notes another one; whether it may stay in its queue.
    func add() -> Bool {
        state.withLock { state in
            state.isAny = true
            guard state.count < limit else { return false }
            state.count += 1
            return true
        }
    }

    /// The channel is gone: what was unsettled is in the queue again, and will be delivered again.
    func deliveriesReturned() {
        state.withLock { $0.count = 0 }
    }
}
