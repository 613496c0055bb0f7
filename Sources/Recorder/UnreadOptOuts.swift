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

    /// Whether there is or was one, in the life of this process.
    var isAny: Bool { state.withLock { $0.isAny } }

    /// How many are unsettled.
    var count: Int { state.withLock { $0.count } }

    /// Notes another one.
    func add() {
        state.withLock { state in
            state.isAny = true
            state.count += 1
        }
    }

    /// The channel is gone: what was unsettled is in the queue again, and will be delivered again.
    func deliveriesReturned() {
        state.withLock { $0.count = 0 }
    }
}
