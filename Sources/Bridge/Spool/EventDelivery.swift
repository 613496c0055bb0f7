import EventLoop
import FoundationEssentials
import Journal
import Logging
import Messaging
import Synchronization
import Topics

/// Brings the events of a webhook to the broker; or to the bridge's disk while the broker is away, takes nothing or does
/// not confirm in time.
///
/// Once something stands on disk, what comes later goes there too until the broker has everything, so that nothing is
/// overtaken. What is on its way to the broker when that begins goes to disk with it, in the order in which it came; it
/// may reach the broker twice, under the same ids.
final class EventDelivery: Sendable {
    enum Outcome: Sendable, Equatable {
        case confirmed, spooled
        /// Neither here nor there; why, for the log and the answer.
        case refused(String)
    }

    /// Events on their way, and who waits.
    private struct Attempt {
        let events: [Event]
        let receivedAt: Date
        let answer: OnceContinuation<Outcome>
    }

    private struct State {
        /// Whether everything goes to disk.
        var isSpooling: Bool
        /// On their way to the broker, by the order in which they came.
        var attempts: [UInt64: Attempt] = [:]
        var last: UInt64 = 0
        /// On their way to the disk.
        var appending = 0
        /// Why the broker did not take what began it.
        var reason = ""
        /// Webhooks that went to disk since then.
        var spooled: Int
        /// Why the disk did not take the last webhook.
        var diskProblem: String?
    }

    /// Publishes one event and says whether the broker has confirmed it.
    let publish: @Sendable (Event) async -> EventPublisher.Outcome
    /// Wakes whoever empties the spool.
    let signal: DrainSignal
    private let configuration: BridgeConfiguration
    private let spool: Journal?
    private let loop: EventLoop
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameter spool: what it holds already goes first.
    init(
        configuration: BridgeConfiguration, spool: Journal?, signal: DrainSignal, loop: EventLoop, logger: Logger,
        publish: @escaping @Sendable (Event) async -> EventPublisher.Outcome
    ) {
        self.configuration = configuration
        self.spool = spool
        self.signal = signal
        self.loop = loop
        self.logger = logger
        self.publish = publish
        let records = spool?.status.records ?? 0
        state = Mutex(State(isSpooling: records > 0, spooled: records))
        if records > 0 {
            logger.warning(
                "Webhooks of an earlier run are on disk, and go to the broker first",
                metadata: ["spool.records": "\(records)"])
            signal.wake()
        }
    }

    /// Whether anything stands on disk, or goes there.
    var isSpooling: Bool { state.withLock { $0.isSpooling } }

    /// What the disk holds.
    var spoolStatus: JournalStatus { spool?.status ?? JournalStatus() }

    /// When the oldest webhook on disk was received.
    var oldestSpooled: Date? { spoolStatus.oldestStamp.map(receiptTime) }

    /// Whether webhooks can be taken without the broker; why not, otherwise.
    var spoolProblem: String? {
        spool == nil ? "there is no place on disk" : state.withLock { $0.diskProblem }
    }

    /// Returns when all events are confirmed or on disk, or it is too late for that.
    func deliver(_ events: [Event], receivedAt: Date) async -> Outcome {
        await withCheckedContinuation { continuation in
            let answer = OnceContinuation(Mutex(continuation))
            let late = spool == nil ? "no confirm in time" : "neither the broker nor the disk took it in time"
            after(configuration.confirmTimeout) { answer.resume(returning: .refused(late)) }
            let attempt = Attempt(events: events, receivedAt: receivedAt, answer: answer)
            if let number = begin(attempt) { offer(attempt, number) }
        }
    }

    /// The number of the attempt; nil when it went to disk.
    private func begin(_ attempt: Attempt) -> UInt64? {
        state.withLock { state in
            if state.isSpooling {
                append(attempt, &state)
                return nil
            }
            state.last += 1
            state.attempts[state.last] = attempt
            return state.last
        }
    }

    /// Offers events to the broker. Where there is no disk, the answer alone has a limit.
    private func offer(_ attempt: Attempt, _ number: UInt64) {
        if spool != nil {
            after(configuration.spoolAfter) { [self] in end(number, .unconfirmed("no confirm in time")) }
        }
        Task {
            for event in attempt.events {
                // What went to disk meanwhile must not go on here, behind what comes after it.
                guard isOffered(number) else { return }
                let outcome = await publish(event)
                guard outcome == .confirmed else { return end(number, outcome) }
            }
            end(number, .confirmed)
        }
    }

    private func isOffered(_ number: UInt64) -> Bool { state.withLock { $0.attempts[number] != nil } }

    private func after(_ seconds: Double, _ body: @escaping @Sendable () -> Void) {
        let loop = loop
        loop.execute { loop.schedule(after: .seconds(seconds), body) }
    }

    /// The broker has answered for an attempt, or is not waited for any more.
    private func end(_ number: UInt64, _ outcome: EventPublisher.Outcome) {
        let (attempt, answer): (Attempt?, Outcome) = state.withLock { state in
            guard let attempt = state.attempts[number] else { return (nil, .confirmed) }
            guard case .unconfirmed(let reason) = outcome else {
                state.attempts[number] = nil
                return (attempt, .confirmed)
            }
            guard spool != nil else {
                state.attempts[number] = nil
                return (attempt, .refused(reason))
            }
            state.isSpooling = true
            state.reason = reason
            let waiting = state.attempts.sorted { $0.key < $1.key }
            state.attempts = [:]
            for (_, attempt) in waiting { append(attempt, &state) }
            return (nil, .confirmed)
        }
        attempt?.answer.resume(returning: answer)
    }

    /// Puts an attempt behind what goes to disk already.
    private func append(_ attempt: Attempt, _ state: inout State) {
        state.appending += 1
        let isTaken = spool?.append(
            stamp: receiptStamp(attempt.receivedAt), payload: { SpooledWebhook(attempt.events).bytes },
            completion: { [self] result in appended(attempt, result) })
        guard isTaken != true else { return }
        // Not from here, where the state is locked.
        loop.execute { [self] in appended(attempt, .failure(JournalError(.closed))) }
    }

    private func appended(_ attempt: Attempt, _ result: Result<Void, JournalError>) {
        let begunFor: String? = state.withLock { state in
            state.appending -= 1
            switch result {
            case .success:
                state.spooled += 1
                state.diskProblem = nil
                return state.spooled == 1 ? state.reason : nil
            case .failure(let error):
                state.diskProblem = "\(error)"
                return nil
            }
        }
        if let begunFor {
            logger.warning("The broker takes no events now; webhooks go to disk", metadata: ["reason": "\(begunFor)"])
        }
        switch result {
        case .success: attempt.answer.resume(returning: .spooled)
        case .failure(let error): attempt.answer.resume(returning: .refused("\(error)"))
        }
        signal.wake()
    }

    /// Goes back to the broker without a detour when nothing stands on disk or goes there; whether it does.
    func endSpoolingIfEmpty() -> Bool {
        let (isEnded, count) = state.withLock { state in
            guard state.isSpooling else { return (true, 0) }
            guard state.appending == 0, spoolStatus.records == 0 else { return (false, 0) }
            state.isSpooling = false
            // What went to disk and left it has shown that there is room.
            if state.spooled > 0 { state.diskProblem = nil }
            defer { state.spooled = 0 }
            return (true, state.spooled)
        }
        if count > 0 {
            logger.notice(
                "The broker has every webhook that was on disk", metadata: ["spool.records": "\(count)"])
        }
        return isEnded
    }
}
