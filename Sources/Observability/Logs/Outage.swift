import Synchronization

/// Whether something that many depend on is away, so that its loss and its return are each said once, however many notice.
public final class Outage: Sendable {
    private let isAway = Mutex(false)

    /// Nothing is away yet.
    public init() {}

    /// Notes that it is away; whether that is news.
    public func begins() -> Bool { set(true) }

    /// Notes that it works; whether that is news.
    public func ends() -> Bool { set(false) }

    private func set(_ value: Bool) -> Bool {
        isAway.withLock { isAway in
            defer { isAway = value }
            return isAway != value
        }
    }
}
