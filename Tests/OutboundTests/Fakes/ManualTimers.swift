import Synchronization

/// Timers that fire when a test says so, the shortest first.
final class ManualTimers: Sendable {
    typealias Body = @Sendable () async -> Void

    private let waiting = Mutex<[(wait: Double, body: Body)]>([])

    /// The waits, in the order in which they were asked for.
    var waits: [Double] { waiting.withLock { $0.map(\.wait) } }

    func add(_ wait: Double, _ body: @escaping Body) { waiting.withLock { $0.append((wait, body)) } }

    func takeNext() -> (wait: Double, body: Body)? {
        waiting.withLock { waiting in
            guard let index = waiting.indices.min(by: { waiting[$0].wait < waiting[$1].wait }) else { return nil }
            return waiting.remove(at: index)
        }
    }
}
