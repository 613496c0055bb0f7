import FoundationEssentials
import Messaging
import Synchronization

/// The circuits of all accounts of a worker; see ``AccountCircuit``. Each worker has its own, and finds out by itself.
final class AccountCircuits: Sendable {
    /// Lets one message through; told again with what came of it.
    struct Permit: Equatable {
        let account: String
        let epoch: Int
    }

    /// Whether a message may be offered through an account.
    enum Verdict: Equatable {
        case may(Permit)
        /// A few others are finding out whether the account works again, and will know in a moment.
        case crowded
        case paused(seconds: Double)
    }

    /// How much may be taken from the queues.
    enum Flow: Equatable {
        case all
        /// As much as finds out whether the provider works again.
        case trial
        /// No account can be used.
        case nothing
    }

    /// Told of each change, after it has happened: the account, the change, and the epoch that it begins.
    typealias Handler = @Sendable (_ account: String, AccountCircuit.Change, _ epoch: Int) -> Void

    private let clock: WorkerClock
    private let circuits: Mutex<[String: AccountCircuit]>
    private let handler = Mutex<Handler?>(nil)

    init(accounts: some Sequence<String>, clock: WorkerClock) {
        self.clock = clock
        circuits = Mutex(Dictionary(accounts.map { ($0, AccountCircuit(account: $0)) }) { first, _ in first })
    }

    func onChange(_ body: @escaping Handler) { handler.withLock { $0 = body } }

    /// The pauses in effect, by their accounts' aliases.
    var pauses: [AccountPause] {
        circuits.withLock { $0.values.compactMap(\.pause) }.sorted { $0.account < $1.account }
    }

    var flow: Flow {
        circuits.withLock { circuits in
            if circuits.isEmpty || circuits.values.contains(where: { $0.pause == nil }) { return .all }
            return circuits.values.contains { !$0.isOpen } ? .trial : .nothing
        }
    }

    /// Whether nothing is tried through the account.
    func isOpen(_ account: String) -> Bool { circuits.withLock { $0[account]?.isOpen ?? false } }

    /// The accounts through which messages go.
    var working: [String] {
        circuits.withLock { $0.filter { $0.value.pause == nil }.keys.sorted() }
    }

    /// A permit of an account through which everything goes; nil for one that is paused or on trial.
    func standingPermit(_ account: String) -> Permit? {
        circuits.withLock { circuits in
            guard let circuit = circuits[account], circuit.pause == nil else { return nil }
            return Permit(account: account, epoch: circuit.epoch)
        }
    }

    /// Asked before each call.
    func verdict(_ account: String) -> Verdict {
        circuits.withLock { circuits in
            circuits[account, default: AccountCircuit(account: account)].verdict(elapsed: clock.elapsed())
        }
    }

    /// - Parameter began: when the call began, by the worker's clock of elapsed time.
    func ended(_ permit: Permit, _ answer: AccountCircuit.Answer, began: Double) {
        change(permit.account) { [clock] circuit in
            circuit.ended(
                answer, epoch: permit.epoch, began: began, now: clock.now(), elapsed: clock.elapsed(),
                jitter: clock.jitter())
        }
    }

    func looked(_ account: String, _ probe: AccountProbe, epoch: Int) {
        change(account) { [clock] circuit in
            circuit.looked(probe, epoch: epoch, elapsed: clock.elapsed(), jitter: clock.jitter())
        }
    }

    func foundAway(_ account: String, _ reason: String) {
        change(account) { [clock] circuit in
            circuit.foundAway(reason, now: clock.now(), elapsed: clock.elapsed(), jitter: clock.jitter())
        }
    }

    func stayedQuiet(_ account: String, epoch: Int) {
        change(account) { circuit in circuit.stayedQuiet(epoch: epoch) }
    }

    /// Whether the account is still paused as it was in this epoch.
    func isOpen(_ account: String, epoch: Int) -> Bool {
        circuits.withLock { circuits in circuits[account].map { $0.isOpen && $0.epoch == epoch } ?? false }
    }

    private func change(_ account: String, _ body: (inout AccountCircuit) -> AccountCircuit.Change?) {
        let changed = circuits.withLock { circuits in
            let change = body(&circuits[account, default: AccountCircuit(account: account)])
            return change.map { ($0, circuits[account]?.epoch ?? 0) }
        }
        if let (change, epoch) = changed { handler.withLock { $0 }?(account, change, epoch) }
    }
}

extension CarrierOutcome {
    /// What the outcome says about the account, apart from the message.
    var accountAnswer: AccountCircuit.Answer {
        switch self {
        case .accepted: .dealtWith
        case .unknown(let reason): .unanswered(reason)
        case .refused(let refusal):
            switch refusal.error {
            case nil: .unanswered(refusal.reason)
            case let error? where error.concernsAccount: .refused(error)
            case _?: .dealtWith
            }
        }
    }
}
