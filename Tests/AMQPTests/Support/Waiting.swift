import EventLoop
import Foundation
import Synchronization

@testable import AMQP

/// Values that arrive from any thread and are awaited in order.
final class Mailbox<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value] = []
        var waiter: CheckedContinuation<Value, any Error>?
    }

    private let state = Mutex(State())

    func put(_ value: Value) {
        let waiter = state.withLock { state in
            let waiter = state.waiter
            state.waiter = nil
            if waiter == nil { state.values.append(value) }
            return waiter
        }
        waiter?.resume(returning: value)
    }

    /// The next value; an error when none comes in time.
    func next(within limit: Duration = .seconds(45)) async throws -> Value {
        let timeout = Task {
            try await Task.sleep(for: limit)
            let waiter = state.withLock { $0.waiter.take() }
            waiter?.resume(throwing: PeerError("nothing came in time"))
        }
        defer { timeout.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            let value: Value? = state.withLock { state in
                guard state.values.isEmpty else { return state.values.removeFirst() }
                state.waiter = continuation
                return nil
            }
            if let value { continuation.resume(returning: value) }
        }
    }

    /// Skips until a value satisfies the condition.
    @discardableResult
    func next(where condition: (Value) -> Bool) async throws -> Value {
        while true {
            let value = try await next()
            if condition(value) { return value }
        }
    }

    /// What has arrived and was not awaited.
    var pending: [Value] { state.withLock { $0.values } }
}

/// Holds a script until the test opens it.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    func wait() throws {
        guard semaphore.wait(timeout: .now() + 45) == .success else { throw PeerError("the test did not go on") }
    }
}

/// A moment that other tasks get, for a test that waits for what nobody reports.
func shortly() async {
    try? await Task.sleep(for: .milliseconds(1))
}

/// Measures how long the loop lets a timer wait, again and again, until it is stopped.
final class LoopWatch: Sendable {
    private struct State {
        var longest = Duration.zero
        var isStopped = false
    }

    private let loop: EventLoop
    private let state = Mutex(State())

    init(_ loop: EventLoop) {
        self.loop = loop
        measure()
    }

    /// The longest wait beyond what was asked for.
    var longestDelay: Duration { state.withLock { $0.longest } }

    func stop() { state.withLock { $0.isStopped = true } }

    private func measure() {
        loop.execute { [self] in
            let start = ContinuousClock.now
            loop.schedule(after: .milliseconds(10)) { [self] in
                let delay = ContinuousClock.now - start - .milliseconds(10)
                let isStopped = state.withLock { state in
                    state.longest = max(state.longest, delay)
                    return state.isStopped
                }
                if !isStopped { measure() }
            }
        }
    }
}
