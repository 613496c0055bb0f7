import Messaging
import Synchronization

/// Publishes events that belong to no delivery, in the order in which they are given, each until the broker has it.
final class Announcements: Sendable {
    private struct State {
        var last: Task<Void, Never>?
        var hasEnded = false
    }

    private let outbox: any Outbox
    private let clock: WorkerClock
    private let sleep: @Sendable (_ seconds: Double) async -> Void
    private let state = Mutex(State())

    /// - Parameter sleep: waits a little between two tries.
    init(outbox: any Outbox, clock: WorkerClock, sleep: @escaping @Sendable (_ seconds: Double) async -> Void) {
        self.outbox = outbox
        self.clock = clock
        self.sleep = sleep
    }

    /// Publishes an event after those that were given before; returns at once.
    func announce(_ event: Event) {
        state.withLock { state in
            let before = state.last
            state.last = Task { [weak self] in
                await before?.value
                await self?.publish(event)
            }
        }
    }

    /// Tries no more: what the broker has not confirmed by now is lost with the worker.
    func end() { state.withLock { $0.hasEnded = true } }

    /// Returns when everything that was announced is published.
    func finish() async { await state.withLock { $0.last }?.value }

    private func publish(_ event: Event) async {
        while !state.withLock({ $0.hasEnded }) {
            do throws(HeldTooLong) {
                // It holds no delivery back, so its time begins anew with every try.
                return try await outbox.publish(event, heldSince: clock.elapsed())
            } catch {
                await sleep(1)
            }
        }
    }
}
