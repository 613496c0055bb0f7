import Synchronization

/// How long the API takes to answer, which may be changed while it runs.
final class LatencySetting: Sendable {
    private let range: Mutex<ClosedRange<Duration>>

    init(_ range: ClosedRange<Duration>) { self.range = Mutex(range) }

    /// From the next request on.
    func set(_ range: ClosedRange<Duration>) { self.range.withLock { $0 = range } }

    /// What is set.
    var current: ClosedRange<Duration> { range.withLock { $0 } }

    /// For one request.
    func pick(_ environment: SimulationEnvironment) -> Duration { environment.pick(from: current) }
}
