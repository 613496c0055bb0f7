import FoundationEssentials
import Logging
import Observability
import Synchronization

/// From when on messages from people may have been missed, by account, until the provider's list has been compared.
///
/// While an outage is not compared, opt-outs are not known for its time, so ticks are held back at its beginning; but only
/// for a while: after that promotional sending goes on, and so does the comparison.
final class Outages: Sendable {
    /// What an account's comparison must cover.
    struct Owed: Sendable, Equatable {
        /// From when on.
        var since: Date
        /// Whether ticks wait for it.
        fileprivate var waiting: Waiting
        /// Grows with every outage: a comparison settles what was owed when it began.
        fileprivate var number: UInt64
    }

    /// Whether ticks wait for a comparison.
    fileprivate enum Waiting {
        /// They do not have to, they do, or they have for long enough.
        case no, yes, released
    }

    /// What ticks may say.
    enum Hold: Sendable, Equatable {
        /// Whatever they would.
        case free
        /// Nothing later than this.
        case until(Date)
        /// Nothing: it is not known yet when the last outage began.
        case unknown
    }

    private struct State {
        var owed: [String: Owed] = [:]
        var last: UInt64 = 0
        /// Whether the outage before the start is still to be told.
        var awaitsStart: Bool
        /// When ticks that are held back are let go, whatever is owed; nil when they are not held back.
        var releaseAt: Date?
        /// Since when refused webhooks have not led to a comparison.
        var refusedSince: Date?
        var nextRefusal = Date.distantPast
    }

    private let accounts: [String]
    private let options: LookUpOptions
    private let logger: Logger
    private let alarms: [Alarm]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - accounts: those that are compared; without any nothing is ever owed.
    ///   - alarms: woken when something is.
    init(accounts: [String], options: LookUpOptions, alarms: [Alarm], startedAt: Date, logger: Logger) {
        self.accounts = accounts
        self.options = options
        self.alarms = alarms
        self.logger = logger
        let releaseAt = startedAt.addingTimeInterval(options.holdLimit)
        state = Mutex(State(awaitsStart: !accounts.isEmpty, releaseAt: accounts.isEmpty ? nil : releaseAt))
    }

    /// Nothing that is known at the start: while the process was away, webhooks found nobody.
    func began(beforeStart since: Date) {
        state.withLock { state in
            guard state.awaitsStart else { return }
            state.awaitsStart = false
            owe(since: since, ticksWait: state.releaseAt != nil, &state)
        }
        for alarm in alarms { alarm.wake() }
    }

    /// A message from a person was answered so that the provider may not come again.
    func began(at instant: Date) {
        state.withLock { state in
            owe(since: instant, ticksWait: true, &state)
            guard state.releaseAt == nil, state.owed.values.contains(where: { $0.waiting == .yes }) else { return }
            state.releaseAt = instant.addingTimeInterval(options.holdLimit)
        }
        for alarm in alarms { alarm.wake() }
    }

    /// Something was refused that may have been a message from a person. Anybody may send what is refused, so it holds no
    /// tick back, and leads to a comparison now and then.
    func refused(at instant: Date) {
        state.withLock { $0.refusedSince = min($0.refusedSince ?? instant, instant) }
    }

    /// What must be compared for an account now; nil for nothing.
    func owed(by account: String, at now: Date) -> Owed? {
        state.withLock { state in
            if let since = state.refusedSince, state.nextRefusal <= now {
                state.refusedSince = nil
                state.nextRefusal = now.addingTimeInterval(options.refusalInterval)
                owe(since: since, ticksWait: false, &state)
            }
            return state.owed[account]
        }
    }

    /// An account was compared, or cannot be.
    func settle(_ owed: Owed, by account: String) {
        state.withLock { state in
            guard state.owed[account]?.number == owed.number else { return }
            state.owed[account] = nil
            guard !state.awaitsStart, !state.owed.values.contains(where: { $0.waiting == .yes }) else { return }
            state.releaseAt = nil
        }
    }

    /// What ticks may say now.
    func hold(at now: Date) -> Hold {
        let (hold, isReleased): (Hold, Bool) = state.withLock { state in
            guard let releaseAt = state.releaseAt else { return (.free, false) }
            guard now < releaseAt else {
                state.releaseAt = nil
                for (account, owed) in state.owed where owed.waiting == .yes {
                    state.owed[account]?.waiting = .released
                }
                return (.free, true)
            }
            if state.awaitsStart { return (.unknown, false) }
            let since = state.owed.values.filter { $0.waiting == .yes }.map(\.since).min()
            return (since.map(Hold.until) ?? .free, false)
        }
        if isReleased {
            logger.warning(
                """
                The provider's list of an outage could not be read so far; promotional sending goes on, though an opt-out \
                may have been missed
                """, metadata: ["seconds": "\(options.holdLimit)"])
        }
        return hold
    }

    /// Shows since when something is owed.
    func measure(at now: Date) {
        let since = state.withLock { $0.owed.values.map(\.since).min() }
        Instruments.shared.setUncomparedAge(seconds: since.map { max(0, now.timeIntervalSince($0)) } ?? 0)
    }

    /// What has been let go is not waited for again before it is compared: an account whose list cannot be read would stop
    /// promotional sending again and again.
    private func owe(since: Date, ticksWait: Bool, _ state: inout State) {
        state.last += 1
        for account in accounts {
            let before = state.owed[account]
            var waiting = before?.waiting ?? .no
            if ticksWait, waiting == .no { waiting = .yes }
            state.owed[account] = Owed(
                since: min(since, before?.since ?? since), waiting: waiting, number: state.last)
        }
    }
}
