/// A call on its way to the ledger's thread and back.
protocol LedgerCall: AnyObject, Sendable {
    /// Does the call inside a transaction, and keeps what came of it. May be done again when the transaction had to be
    /// rolled back for a neighbour.
    func perform(on connection: LedgerConnection) throws(LedgerError)
    /// Keeps an error in place of what came of it.
    func fail(_ error: LedgerError)
    /// Wakes the caller with what came of it, once.
    func wake()
}

/// A call whose caller waits for a value.
///
/// Unchecked because the compiler cannot see the hand-over: `outcome` belongs to the ledger's thread until the
/// transaction has ended, and from then on to whoever wakes the caller; each gives it up before the other takes it.
final class PendingCall<Value: Sendable>: LedgerCall, @unchecked Sendable {
    typealias Body = @Sendable (LedgerConnection) throws(LedgerError) -> Value
    typealias Outcome = Result<Value, LedgerError>

    private let body: Body
    private let continuation: CheckedContinuation<Outcome, Never>
    private var outcome = Outcome.failure(LedgerError(.closed))

    init(_ body: @escaping Body, _ continuation: CheckedContinuation<Outcome, Never>) {
        self.body = body
        self.continuation = continuation
    }

    func perform(on connection: LedgerConnection) throws(LedgerError) {
        outcome = .success(try body(connection))
    }

    func fail(_ error: LedgerError) {
        outcome = .failure(error)
    }

    func wake() {
        continuation.resume(returning: outcome)
    }
}
