import Synchronization

/// The policy that a running program judges by, which may be exchanged between two judgements.
public final class LivePolicy: Sendable {
    private let engine: Mutex<PolicyEngine>

    /// Begins with a policy.
    public init(_ engine: PolicyEngine) {
        self.engine = Mutex(engine)
    }

    /// The policy of this moment.
    public var current: PolicyEngine { engine.withLock { $0 } }

    /// Every later judgement is by this policy.
    public func replace(with engine: PolicyEngine) { self.engine.withLock { $0 = engine } }
}
