import Messaging
import Synchronization
import Topics

/// Confirms, refuses or never answers what the bridge publishes.
final class FakeBroker: Sendable {
    enum Mood: Sendable {
        case confirms
        /// Confirms so many, then refuses.
        case confirmsOnly(Int)
        case hangs
    }

    private struct State {
        var mood = Mood.confirms
        var events: [Event] = []
        var ids: [String] = []
        var batches: [Int] = []
        var refusals = 0
        var whenRefused: (count: Int, continuation: CheckedContinuation<Void, Never>)?
        var whenOffered: (count: Int, continuation: CheckedContinuation<Void, Never>)?
        var whenConfirmed: (id: String, continuation: CheckedContinuation<Void, Never>)?
        var hanging: [CheckedContinuation<Void, Never>] = []
        var whenPublished: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var whenHanging: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// What was confirmed.
    var events: [Event] { state.withLock { $0.events } }
    var names: [String] { events.map { "\($0.name)" } }
    /// The ids of everything that was confirmed, also of what came from disk, in its order.
    var ids: [String] { state.withLock { $0.ids } }
    /// How many events from disk were offered together.
    var batches: [Int] { state.withLock { $0.batches } }

    /// How many events were refused.
    var refusals: Int { state.withLock { $0.refusals } }

    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }

    /// Events from disk: each as the mood says, one after the other.
    func publish(_ events: [WrittenEvent]) async -> [EventPublisher.Outcome] {
        let due: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.batches.append(events.count)
            guard let waiter = state.whenOffered, waiter.count <= state.batches.count else { return nil }
            state.whenOffered = nil
            return waiter.continuation
        }
        due?.resume()
        var outcomes: [EventPublisher.Outcome] = []
        for event in events { outcomes.append(await publish(event.id, nil)) }
        return outcomes
    }

    func publish(_ event: Event) async -> EventPublisher.Outcome { await publish(event.id, event) }

    private func publish(_ id: String, _ event: Event?) async -> EventPublisher.Outcome {
        let mood = state.withLock { state in
            if case .confirmsOnly(let left) = state.mood { state.mood = .confirmsOnly(left - 1) }
            return state.mood
        }
        switch mood {
        case .confirmsOnly(let left) where left < 0:
            refuse()
            return .unconfirmed("the broker is away")
        case .hangs:
            await hang()
            return .unconfirmed("too late")
        default: break
        }
        let due = state.withLock { state in
            if let event { state.events.append(event) }
            state.ids.append(id)
            let count = state.ids.count
            defer { state.whenPublished.removeAll { $0.count <= count } }
            var due = state.whenPublished.filter { $0.count <= count }.map(\.continuation)
            if let waiter = state.whenConfirmed, waiter.id == id {
                state.whenConfirmed = nil
                due.append(waiter.continuation)
            }
            return due
        }
        for continuation in due { continuation.resume() }
        return .confirmed
    }

    private func refuse() {
        let due: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.refusals += 1
            guard let waiter = state.whenRefused, waiter.count <= state.refusals else { return nil }
            state.whenRefused = nil
            return waiter.continuation
        }
        due?.resume()
    }

    /// Returns when so many events were refused.
    func waitForRefusals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.refusals < count { state.whenRefused = (count, continuation) }
                return state.refusals >= count
            }
            if isThere { continuation.resume() }
        }
    }

    /// Returns when so many events are confirmed.
    func waitForEvents(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.ids.count < count else { return true }
                state.whenPublished.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Returns when events from disk were offered so often.
    func waitForBatches(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.batches.count < count { state.whenOffered = (count, continuation) }
                return state.batches.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    /// Returns when the event with this id is confirmed.
    func waitForEvent(_ id: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if !state.ids.contains(id) { state.whenConfirmed = (id, continuation) }
                return state.ids.contains(id)
            }
            if isThere { continuation.resume() }
        }
    }

    private func hang() async {
        await withCheckedContinuation { continuation in
            let due = state.withLock { state in
                state.hanging.append(continuation)
                let count = state.hanging.count
                defer { state.whenHanging.removeAll { $0.count <= count } }
                return state.whenHanging.filter { $0.count <= count }
            }
            for waiter in due { waiter.continuation.resume() }
        }
    }

    /// Returns when so many publishes hang.
    func waitUntilHanging(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.hanging.count < count else { return true }
                state.whenHanging.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Lets go what hangs, so that the test leaves nothing behind.
    func release() {
        let hanging = state.withLock { state in
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in hanging { continuation.resume() }
    }
}
