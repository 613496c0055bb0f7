import FoundationEssentials
import Messaging

/// Whether messages go through one account: closed while the provider deals with them; open, when it refuses the account
/// or no longer answers, while none is tried; and between the two on trial, when a few are let through, more with each that
/// is dealt with.
///
/// A refused credential says nothing about a message, and a provider that is away would make every message's outcome
/// unknown, so the messages wait. A look at the account (``AccountProbe``), which risks none of them, begins the trial.
struct AccountCircuit {
    /// What is done about the account.
    enum Change: Equatable {
        /// Nothing more is tried; look after so many seconds.
        case paused(AccountPause, wait: Double)
        /// It does not work yet; look again after so many seconds.
        case stillPaused(wait: Double)
        /// A few messages are let through.
        case onTrial
        /// It works again.
        case resumed(AccountPause)
    }

    /// What a call through the account came to.
    enum Answer: Equatable {
        /// The provider dealt with the message, also by a no.
        case dealtWith
        case refused(ProviderError)
        case unanswered(String)
    }

    private enum Phase {
        case closed(AnswerHistory)
        case open(until: Double)
        case trial(Trial)
    }

    private struct Trial {
        var permits = 1
        var dealtWith = 0
        var lastPermit = -Double.infinity
    }

    /// So many messages of a trial that are dealt with end it.
    static let trialLength = 8
    /// A permit whose call came to nothing is given again after so many seconds.
    static let permitLifetime = 5.0
    /// A key may be allowed to send and not to list: so many looks that are refused, and a message is tried all the same.
    static let refusedLooks = 3

    private let account: String
    private var phase = Phase.closed(AnswerHistory())
    private var openedAt = 0.0
    private var interval = 0.0
    private var refusedLooksInARow = 0
    /// When the call began that the provider answered, of all that it answered the one that began last.
    private var lastAnsweredBegan = -Double.infinity
    /// The pause in effect; nil while messages go through.
    private(set) var pause: AccountPause?
    /// Counts the phases: what was asked in an earlier one says nothing about this one.
    private(set) var epoch = 0

    init(account: String) {
        self.account = account
    }

    var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    /// Whether a message may be offered now, and if not, how long it should wait: not for the next look alone, or a
    /// backlog would come by at every one.
    mutating func verdict(elapsed: Double) -> AccountCircuits.Verdict {
        switch phase {
        case .closed: return .may(AccountCircuits.Permit(account: account, epoch: epoch))
        case .open(let until):
            let pausedFor = elapsed - openedAt
            return .paused(seconds: max(until - elapsed, min(pausedFor / 2, Self.longestWait)))
        case .trial(var trial):
            guard trial.permits > 0 || elapsed - trial.lastPermit >= Self.permitLifetime else { return .crowded }
            trial.permits = max(trial.permits - 1, 0)
            trial.lastPermit = elapsed
            phase = .trial(trial)
            return .may(AccountCircuits.Permit(account: account, epoch: epoch))
        }
    }

    /// A call came to its end.
    ///
    /// One without an answer says nothing where a call that began later was answered: the provider is there, and hangs on a
    /// part of what it is asked. A fault of 3,000 hanging calls among 10,000 would otherwise stop all the others, since calls
    /// that hang end together.
    ///
    /// - Parameter began: by the same clock as `elapsed`.
    mutating func ended(
        _ answer: Answer, epoch: Int, began: Double, now: Date, elapsed: Double, jitter: Double
    ) -> Change? {
        guard epoch == self.epoch else { return nil }
        if case .unanswered = answer {
            guard began >= lastAnsweredBegan else { return nil }
        } else {
            lastAnsweredBegan = max(began, lastAnsweredBegan)
        }
        switch (phase, answer) {
        case (.closed(var history), .dealtWith):
            history.add(isAnswered: true)
            phase = .closed(history)
            return nil
        case (.closed(var history), .unanswered(let reason)):
            history.add(isAnswered: false)
            phase = .closed(history)
            guard history.meansAway else { return nil }
            return begin(.unanswered(reason), now: now, elapsed: elapsed, jitter: jitter)
        case (.closed, .refused(let error)):
            return begin(.refused(error), now: now, elapsed: elapsed, jitter: jitter)
        case (.trial(var trial), .dealtWith):
            trial.dealtWith += 1
            trial.permits += 2
            phase = .trial(trial)
            return trial.dealtWith >= Self.trialLength ? resume() : nil
        case (.trial, .refused(let error)):
            pause?.cause = .refused(error)
            return open(elapsed: elapsed, jitter: jitter)
        case (.trial(let trial), .unanswered(let reason)):
            pause?.cause = .unanswered(reason)
            // It answers some.
            if trial.dealtWith > 0 { interval = 0 }
            return open(elapsed: elapsed, jitter: jitter)
        case (.open, _): return nil
        }
    }

    /// A look at the paused account came to its end.
    mutating func looked(_ probe: AccountProbe, epoch: Int, elapsed: Double, jitter: Double) -> Change? {
        guard epoch == self.epoch, isOpen, let cause = pause?.cause else { return nil }
        switch (probe, cause) {
        case (.usable, _), (.refused, .unanswered): return beginTrial()
        case (.refused(let error), .refused):
            refusedLooksInARow += 1
            guard refusedLooksInARow < Self.refusedLooks else { return beginTrial() }
            pause?.cause = .refused(error)
        case (.unreachable(let reason), .unanswered): pause?.cause = .unanswered(reason)
        case (.unreachable, .refused): break
        }
        return open(elapsed: elapsed, jitter: jitter)
    }

    /// Another account's provider went away, and a look at this one found the same.
    mutating func foundAway(_ reason: String, now: Date, elapsed: Double, jitter: Double) -> Change? {
        guard case .closed = phase else { return nil }
        return begin(.unanswered(reason), now: now, elapsed: elapsed, jitter: jitter)
    }

    /// Nothing went wrong on trial for ``AccountWatch/quietTime``.
    mutating func stayedQuiet(epoch: Int) -> Change? {
        guard epoch == self.epoch, case .trial = phase else { return nil }
        return resume()
    }

    // MARK: Phases

    /// Seconds before the first look, and between the last ones; each look that fails doubles the wait. Refused
    /// credentials are mended by people, and a provider that is away comes back by itself.
    static func waits(_ cause: AccountPause.Cause) -> (shortest: Double, longest: Double) {
        switch cause {
        case .refused: (30, longestWait)
        case .unanswered: (2, 60)
        }
    }

    private static let longestWait = 600.0

    private mutating func begin(
        _ cause: AccountPause.Cause, now: Date, elapsed: Double, jitter: Double
    ) -> Change? {
        let pause = AccountPause(account: account, since: now, cause: cause)
        self.pause = pause
        openedAt = elapsed
        interval = 0
        guard case .stillPaused(let wait) = open(elapsed: elapsed, jitter: jitter) else { return nil }
        return .paused(pause, wait: wait)
    }

    private mutating func open(elapsed: Double, jitter: Double) -> Change? {
        guard let cause = pause?.cause else { return nil }
        let waits = Self.waits(cause)
        interval = min(max(interval * 2, waits.shortest), waits.longest)
        // Workers that paused together do not look together.
        let wait = interval * (1 + jitter / 2)
        pause?.isOnTrial = false
        phase = .open(until: elapsed + wait)
        epoch += 1
        return .stillPaused(wait: wait)
    }

    private mutating func beginTrial() -> Change? {
        refusedLooksInARow = 0
        pause?.isOnTrial = true
        phase = .trial(Trial())
        epoch += 1
        return .onTrial
    }

    private mutating func resume() -> Change? {
        guard let ended = pause else { return nil }
        pause = nil
        phase = .closed(AnswerHistory())
        epoch += 1
        return .resumed(ended)
    }
}
