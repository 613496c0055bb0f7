/// Whether one part of the process can do its work, asked each time somebody wants to know.
public struct ReadinessCheck: Sendable {
    /// A part's answer.
    public enum State: Sendable, Equatable {
        /// It works.
        case ready
        /// It works, with something to look at; what, without personal data.
        case degraded(String)
        /// It does not; why, without personal data.
        case notReady(String)
    }

    /// The part: `broker`, `ledger`.
    public let name: String
    let check: @Sendable () async -> State

    /// - Parameter check: reads what is known, and ends when it is cancelled: after two seconds the part counts as not
    ///   ready.
    public init(_ name: String, check: @escaping @Sendable () async -> State) {
        self.name = name
        self.check = check
    }

    /// How long a part may take to answer.
    static let timeout = Duration.seconds(2)

    func state(within timeout: Duration) async -> State {
        await withTaskGroup(of: State.self) { group in
            group.addTask { await check() }
            group.addTask {
                // Cancelled as soon as the part answers.
                try? await Task.sleep(for: timeout)
                return .notReady("no answer within \(timeout)")
            }
            let first = await group.next() ?? .ready
            group.cancelAll()
            return first
        }
    }
}
