/// One thread that owns C handles: one epoll set, one queue of jobs.
///
/// It is the executor of the actors around those handles (`unownedExecutor`), so the compiler proves that no other
/// thread touches them, and of the tasks that serve one message each (`taskExecutor`), so that such a task and the
/// drivers it calls never change threads. Nothing polls by sleeping: the thread sleeps in epoll until a descriptor is
/// ready, a timer is due or somebody hands it a job, and it is woken by an eventfd only when it is really asleep.
///
/// Work that blocks or takes over a millisecond does not belong here: it delays heartbeats and every other message.
///
/// The thread lives as long as the loop or one of its executors is referenced.
public final class EventLoop: Sendable {
    private let core: LoopCore
    private let serial: LoopSerialExecutor

    /// The executor of tasks that run on this loop: pass it as `executorPreference`.
    public let taskExecutor: LoopTaskExecutor

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H` and debuggers; the first 15 bytes count.
    ///   - stackSize: in bytes. 16 MiB holds librabbitmq's recursion over the deepest header table that fits a frame
    ///     (measured: 2 MiB do not).
    public init(name: String, stackSize: Int = 16 << 20) throws(EventLoopError) {
        core = try LoopCore(name: name)
        serial = LoopSerialExecutor(core: core)
        taskExecutor = LoopTaskExecutor(core: core)
        core.adopt(
            serial: serial.asUnownedSerialExecutor(), task: taskExecutor.asUnownedTaskExecutor())
        try core.start(stackSize: stackSize)
    }

    deinit {
        core.stop()
    }

    /// What an actor on this loop returns as its `unownedExecutor`.
    public var unownedExecutor: UnownedSerialExecutor { serial.asUnownedSerialExecutor() }

    /// Whether the caller runs on this loop's thread.
    public var isCurrent: Bool { core.isCurrent }

    /// Runs `body` on the loop, after what is queued already. May be called from any thread.
    public func execute(_ body: @escaping @Sendable () -> Void) {
        core.enqueue(.block(body))
    }

    /// Runs `body` on the loop when this turn's handlers, timers and jobs are done, just before the loop would sleep:
    /// the place to flush what a turn gathered (acknowledgements, a corked socket). Only from the loop.
    public func atEndOfTurn(_ body: @escaping @Sendable () -> Void) {
        core.checkCurrent()
        core.endOfTurn.append(body)
    }

    /// Calls `handler` on the loop whenever `descriptor` is ready for one of `interest`, level-triggered, until
    /// ``unwatch(_:)``. Watching a descriptor again replaces its interest and handler. Only from the loop.
    public func watch(
        _ descriptor: Int32, for interest: Readiness, handler: @escaping @Sendable (Readiness) -> Void
    ) throws(EventLoopError) {
        core.checkCurrent()
        try core.descriptors.watch(descriptor, for: interest, handler: handler)
    }

    /// Forgets `descriptor`; call it before closing it. Unknown descriptors are ignored. Only from the loop.
    public func unwatch(_ descriptor: Int32) {
        core.checkCurrent()
        core.descriptors.unwatch(descriptor)
    }

    /// Calls `body` once on the loop after `delay`, not earlier, unless it is cancelled. Only from the loop.
    @discardableResult
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> LoopTimer {
        core.checkCurrent()
        return core.timers.schedule(at: monotonicNanoseconds().advanced(by: delay), body)
    }

    /// Cancels a timer; one that has fired or was cancelled is ignored. Only from the loop.
    public func cancel(_ timer: LoopTimer) {
        core.checkCurrent()
        core.timers.cancel(timer)
    }

    /// Returns after `delay`; other jobs of the loop go on meanwhile. May be called from anywhere; a cancelled task
    /// waits to the end all the same.
    public func sleep(for delay: Duration) async {
        await withCheckedContinuation { continuation in
            execute { self.schedule(after: delay) { continuation.resume() } }
        }
    }
}
