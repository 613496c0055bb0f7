/// How calls share commits, where it is to be otherwise than the store chooses: more company costs less processor time and disk,
/// and every call waits for it.
public struct LedgerCommits: Sendable, Equatable {
    /// A commit of this many calls waits no longer; 256 by default.
    public var calls: Int?
    /// How long the first call waits for company; 2 ms by default on SQLite, 1 ms on PostgreSQL.
    public var window: Duration?

    /// As the store chooses.
    public init() {}
}
