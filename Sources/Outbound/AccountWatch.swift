import FoundationEssentials
import Logging
import Messaging
import Observability

/// Finds out when a paused account works again, and tells subscribers, operators and the worker of every pause.
///
/// It goes on while nothing is consumed: what it needs is a timer and a look at the account, not a message.
final class AccountWatch: Sendable {
    /// Seconds after which a trial in which nothing goes wrong ends well, also when there is nothing to send. Longer than a
    /// call takes, whose failure would come too late otherwise.
    let quietTime: Double

    private let circuits: AccountCircuits
    private let accounts: [String: AccountProfile]
    private let worker: WorkerConfiguration
    private let clock: WorkerClock
    private let logger: Logger
    private let later: @Sendable (_ seconds: Double, _ body: @escaping @Sendable () async -> Void) -> Void
    private let announce: @Sendable (Event) -> Void
    private let onChange: @Sendable () -> Void

    /// - Parameters:
    ///   - worker: whose id the events carry: each worker has pauses of its own.
    ///   - later: runs a body after a wait.
    ///   - announce: publishes events in the order in which they are given, each until the broker has it.
    ///   - onChange: called after every change of what may be sent.
    init(
        circuits: AccountCircuits, accounts: [String: AccountProfile], worker: WorkerConfiguration, clock: WorkerClock,
        logger: Logger, later: @escaping @Sendable (Double, @escaping @Sendable () async -> Void) -> Void,
        announce: @escaping @Sendable (Event) -> Void, onChange: @escaping @Sendable () -> Void = {}
    ) {
        self.circuits = circuits
        self.accounts = accounts
        self.worker = worker
        quietTime = max(60, worker.callTimeout * 2)
        self.clock = clock
        self.logger = logger
        self.later = later
        self.announce = announce
        self.onChange = onChange
        for alias in accounts.keys { Instruments.shared.setAccountPaused(alias, false) }
        circuits.onChange { [weak self] account, change, epoch in self?.changed(account, change, epoch) }
    }

    private func changed(_ account: String, _ change: AccountCircuit.Change, _ epoch: Int) {
        switch change {
        case .paused(let pause, let wait):
            logger.error(
                "An account is paused; its messages wait",
                metadata: ["account": "\(account)", "reason": "\(pause.reason)"])
            Instruments.shared.setAccountPaused(account, true)
            announce(event("paused", pause))
            look(at: account, after: wait, epoch)
            if case .unanswered = pause.cause { lookAtOthers() }
        case .stillPaused(let wait):
            look(at: account, after: wait, epoch)
        case .onTrial:
            later(quietTime) { [weak self] in self?.circuits.stayedQuiet(account, epoch: epoch) }
        case .resumed(let pause):
            logger.notice("An account works again", metadata: ["account": "\(account)"])
            Instruments.shared.setAccountPaused(account, false)
            announce(event("resumed", pause))
        }
        onChange()
    }

    private func look(at account: String, after wait: Double, _ epoch: Int) {
        later(wait) { [weak self] in
            guard let self, circuits.isOpen(account, epoch: epoch), let profile = accounts[account] else { return }
            circuits.looked(account, await profile.carrier.probe(), epoch: epoch)
        }
    }

    /// When the provider no longer answers one account, the others are looked at before their messages find out: each of
    /// these would leave an unknown outcome. What such a look finds is not followed by more of them.
    private func lookAtOthers() {
        for account in circuits.working {
            guard let profile = accounts[account] else { continue }
            later(0) { [weak self] in
                guard case .unreachable(let reason) = await profile.carrier.probe() else { return }
                self?.circuits.foundAway(account, reason)
            }
        }
    }

    /// The same pause has the same id, however often it is published.
    private func event(_ name: String, _ pause: AccountPause) -> Event {
        var event = Event(
            id: "account/\(pause.account)/\(worker.id)/\(formatRFC3339(pause.since))/\(name)",
            name: EventName(family: "account", name: name), subject: pause.account,
            time: name == "paused" ? pause.since : clock.now(), message: MessageContext(account: pause.account))
        event.details = ["worker": worker.id, "since": formatRFC3339(pause.since)]
        event.reason = Event.Reason(field: "account", problem: pause.reason)
        if name == "paused", case .refused(let error) = pause.cause { event.error = error }
        return event
    }
}
