import EventLoop

/// How the loop calls back into the client that owns a ``MultiHandle``: each closure runs on the loop and enters the
/// client's isolation.
struct LoopHooks: Sendable {
    let turnEnded: @Sendable () -> Void
    let timerFired: @Sendable () -> Void
    let socketReady: @Sendable (Int32, Readiness) -> Void
    let startLimitReached: @Sendable (UInt64) -> Void
}
