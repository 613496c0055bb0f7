import EventLoop

/// Timers for requests that have not left yet.
///
/// libcurl's own limit does not run while a request waits for a free connection. Most requests leave within the turn in
/// which they were made; only those that did not get a timer.
final class StartLimits {
    private let loop: EventLoop
    private let handler: @Sendable (UInt64) -> Void
    private var added: [UInt64] = []
    private var timers: [UInt64: LoopTimer] = [:]

    /// `handler` is called on the loop with the id of a request whose limit is reached.
    init(loop: EventLoop, handler: @escaping @Sendable (UInt64) -> Void) {
        self.loop = loop
        self.handler = handler
    }

    func add(_ id: UInt64) {
        added.append(id)
    }

    /// To be called when those that were added have had their chance to leave. `limit` is nil for one that did.
    func watch(_ limit: (UInt64) -> Duration?) {
        guard !added.isEmpty else { return }
        for id in added {
            guard let limit = limit(id) else { continue }
            // As a job of its own: the handler may want timers, and the loop's must not change under its hands.
            timers[id] = loop.schedule(after: limit) { [loop, handler] in loop.execute { handler(id) } }
        }
        added.removeAll(keepingCapacity: true)
    }

    func remove(_ id: UInt64) {
        guard !timers.isEmpty, let timer = timers.removeValue(forKey: id) else { return }
        loop.cancel(timer)
    }
}
