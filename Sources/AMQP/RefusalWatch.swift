/// Notices that a destination is refused, and nothing else, for too long.
///
/// After the node of a quorum queue's leader died, a channel of RabbitMQ before 3.13 whose first publish to the queue
/// came too early refuses every message to it, although the queue has a new leader; a new channel cures that. Kept by
/// destination, because the confirms of healthy queues say nothing about this one.
struct RefusalWatch {
    private struct Destination: Hashable {
        let exchange: String
        let routingKey: String
    }

    /// How long, in nanoseconds, nothing but refusals is normal: the time a queue takes to elect a leader.
    static let initialPatience: UInt64 = 500_000_000
    private static let longestPatience: UInt64 = 30_000_000_000
    /// More destinations than this at once are not one queue's trouble, or not trouble of this kind.
    private static let capacity = 1024

    private var firstRefusal: [Destination: UInt64] = [:]
    /// What the channel before this one was given up for.
    private var suspects: Set<Destination> = []
    private var patience = initialPatience

    /// Whether a channel before this one was given up, and nothing that it refused has been confirmed since.
    var followsRefusals: Bool { !suspects.isEmpty }

    /// The watch of the channel that replaces this one. It waits twice as long, because a queue that is full refuses on
    /// every channel, until one of these destinations is confirmed.
    func successor() -> RefusalWatch {
        var watch = RefusalWatch()
        watch.suspects = suspects.union(firstRefusal.keys)
        watch.patience = min(patience * 2, Self.longestPatience)
        return watch
    }

    /// - Parameter now: nanoseconds of a monotonic clock.
    /// - Returns: whether the channel has become useless for this destination.
    mutating func refused(exchange: String, routingKey: String, now: UInt64) -> Bool {
        let destination = Destination(exchange: exchange, routingKey: routingKey)
        if let first = firstRefusal[destination] { return now >= first && now - first >= patience }
        if firstRefusal.count < Self.capacity { firstRefusal[destination] = now }
        return false
    }

    mutating func confirmed(exchange: String, routingKey: String) {
        guard !firstRefusal.isEmpty || !suspects.isEmpty else { return }
        let destination = Destination(exchange: exchange, routingKey: routingKey)
        firstRefusal[destination] = nil
        if suspects.remove(destination) != nil {
            suspects = []
            patience = Self.initialPatience
        }
    }
}
