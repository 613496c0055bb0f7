import EventLoop

/// The one timer that libcurl asks for, on the loop's timers.
///
/// libcurl changes its mind several times a request, mostly to a later time. An armed timer that is early enough is
/// therefore left alone; when it fires before the time that is wanted by then, it is armed again for the rest.
final class MultiTimer {
    private let loop: EventLoop
    private let handler: @Sendable () -> Void
    private var armed: (timer: LoopTimer, instant: ContinuousClock.Instant)?
    private var wanted: ContinuousClock.Instant?

    /// libcurl rounds to milliseconds, so the same instant comes out a little different each time it is asked for.
    private static let tolerance = Duration.milliseconds(2)

    init(loop: EventLoop, handler: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.handler = handler
    }

    /// A negative number of milliseconds means that no timer is wanted.
    func want(milliseconds: Int) {
        guard milliseconds >= 0 else {
            wanted = nil
            return
        }
        let delay = Duration.milliseconds(milliseconds)
        let instant = ContinuousClock.now + delay
        wanted = instant
        if let armed, armed.instant <= instant + Self.tolerance { return }
        stop()
        arm(instant, after: delay)
    }

    /// To be called by the handler: whether the time that libcurl wants has come.
    func isDue() -> Bool {
        armed = nil
        guard let wanted else { return false }
        let rest = ContinuousClock.now.duration(to: wanted)
        if rest > .zero {
            arm(wanted, after: rest)
            return false
        }
        self.wanted = nil
        return true
    }

    func stop() {
        if let armed { loop.cancel(armed.timer) }
        armed = nil
    }

    private func arm(_ instant: ContinuousClock.Instant, after delay: Duration) {
        // As a job of its own: the handler arms the timer again, and the loop's timers must not change under its hands.
        let timer = loop.schedule(after: delay) { [loop, handler] in loop.execute(handler) }
        armed = (timer, instant)
    }
}
