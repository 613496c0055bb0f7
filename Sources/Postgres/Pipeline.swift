/// What travels in one pipeline, and what has come back of it.
struct Pipeline {
    enum Step {
        case begin, commit, rollback
        case query(PostgresQuery)
        /// Goes before the first query of a statement, under this name.
        case prepare(PostgresStatement, String)
    }

    let id: UInt64
    var steps: [Step]
    /// The step whose answer comes next.
    var position = 0
    var answers: [PostgresRows] = []
    /// The first failure; the server passes over what follows it.
    var failure: PostgresError?
    var isCommitted = false
    let commits: Bool
    /// Whether the socket had no room for all of it.
    var isWriting = false
    private let continuation: CheckedContinuation<Result<[PostgresRows], PostgresError>, Never>

    init(
        id: UInt64, _ steps: [Step], _ continuation: CheckedContinuation<Result<[PostgresRows], PostgresError>, Never>
    ) {
        self.id = id
        self.steps = steps
        self.continuation = continuation
        if case .commit = steps.last { commits = true } else { commits = false }
    }

    var step: Step? { position < steps.count ? steps[position] : nil }

    /// The first failure is what matters; the rest follows from it.
    mutating func note(_ error: PostgresError) {
        if failure == nil { failure = error }
    }

    /// Wakes the caller when the server has answered all of it.
    func finish() {
        continuation.resume(returning: failure.map { .failure($0) } ?? .success(answers))
    }

    /// Wakes the caller when the connection is gone. What was committed by then stands, and what had not failed may.
    func fail(_ error: PostgresError) {
        if let failure { return continuation.resume(returning: .failure(failure)) }
        continuation.resume(returning: isCommitted ? .success(answers) : .failure(error.afterCommit()))
    }
}
