import EventLoop

/// Wakes whoever empties the spool: several wakes before it looks are one.
struct DrainSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func wake() { continuation.yield() }

    func wake(after seconds: Double, on loop: EventLoop) {
        loop.execute { loop.schedule(after: .seconds(seconds)) { wake() } }
    }

    /// Each wake, until the task is cancelled. For one task alone.
    var wakes: AsyncStream<Void> { stream }
}
