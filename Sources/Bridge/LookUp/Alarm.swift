import EventLoop
import Synchronization

/// Wakes one task at the time that was set last, or earlier when something happens; several wakes before it looks are one.
final class Alarm: Sendable {
    /// Each wake, until the task is cancelled. For one task alone.
    let wakes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let loop: EventLoop
    private let settings = Mutex(0)

    init(loop: EventLoop) {
        self.loop = loop
        (wakes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        wake()
    }

    func wake() { continuation.yield() }

    /// Sets the time, in place of the one that was set before.
    func set(after seconds: Double) {
        let setting = settings.withLock { settings in
            settings += 1
            return settings
        }
        loop.execute { [self] in
            loop.schedule(after: .seconds(seconds)) { [self] in
                if settings.withLock({ $0 == setting }) { wake() }
            }
        }
    }
}
