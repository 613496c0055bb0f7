import Postgres

/// A call on its way to the database and back.
protocol BatchedCall: AnyObject, Sendable {
    var steps: [LedgerStep] { get }
    /// What must be stored before the steps refer to it.
    var decision: DecisionRecord? { get }
    /// Keeps what came of it, once its transaction is committed.
    func take(_ answers: [PostgresRows])
    /// Keeps an error in place of what came of it.
    func fail(_ error: LedgerError)
    /// Wakes the caller with what came of it, once.
    func wake()
}

/// A call whose caller waits for a value.
///
/// Unchecked because the compiler cannot see the hand-over: `outcome` belongs to the batch until its transaction has
/// ended, and from then on to whoever wakes the caller; each gives it up before the other takes it.
final class WaitingCall<Value: Sendable>: BatchedCall, @unchecked Sendable {
    typealias Outcome = Result<Value, LedgerError>

    let steps: [LedgerStep]
    let decision: DecisionRecord?
    private let read: @Sendable ([PostgresRows]) throws -> Value
    private let continuation: CheckedContinuation<Outcome, Never>
    private var outcome = Outcome.failure(LedgerError(.closed))

    init(
        _ steps: [LedgerStep], _ decision: DecisionRecord?,
        _ read: @escaping @Sendable ([PostgresRows]) throws -> Value,
        _ continuation: CheckedContinuation<Outcome, Never>
    ) {
        self.steps = steps
        self.decision = decision
        self.read = read
        self.continuation = continuation
    }

    func take(_ answers: [PostgresRows]) {
        do {
            outcome = .success(try read(answers))
        } catch {
            outcome = .failure(LedgerError(error))
        }
    }

    func fail(_ error: LedgerError) {
        outcome = .failure(error)
    }

    func wake() {
        continuation.resume(returning: outcome)
    }
}
