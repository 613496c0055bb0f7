import FoundationEssentials
import Synchronization

@testable import Outbound

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
    private struct Time {
        /// 2026-11-21T15:00:00Z.
        var now = Date(timeIntervalSince1970: 1_795_273_200)
        var elapsed = 0.0
        var jitter = 0.0
    }

    private let time = Mutex(Time())

    var now: Date { time.withLock { $0.now } }

    var worker: WorkerClock {
        WorkerClock(
            now: { [self] in now }, elapsed: { [self] in time.withLock { $0.elapsed } },
            jitter: { [self] in time.withLock { $0.jitter } })
    }

    /// What chance says from now on, 0 to 1.
    func set(jitter: Double) { time.withLock { $0.jitter = jitter } }

    /// Sets the time of day, as somebody or the network would; no time passes.
    func step(by seconds: Double) {
        time.withLock { $0.now = $0.now.addingTimeInterval(seconds) }
    }

    func advance(by seconds: Double) {
        time.withLock { time in
            time.now = time.now.addingTimeInterval(seconds)
            time.elapsed += seconds
        }
    }
}
