internal import EventLoop

extension EventLoop {
    /// As `schedule(after:_:)`, but runs `body` as a job: it may schedule and cancel timers itself, which must not happen
    /// while the loop goes through those that are due.
    @discardableResult
    func later(_ delay: Duration, _ body: @escaping @Sendable () -> Void) -> LoopTimer {
        schedule(after: delay) { [weak self] in self?.execute(body) }
    }
}
