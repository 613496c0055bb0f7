extension SQLiteLedger {
    /// How the ledger commits and what memory it takes.
    public struct Options: Sendable {
        /// How long the first call of a transaction waits for company. Longer saves processor time when little goes on,
        /// and delays every call; two milliseconds instead of one save a seventh of what a message costs the worker at
        /// 2,000 a second, and cost it one millisecond (measured).
        public var commitWindow: Duration = .milliseconds(2)
        /// A transaction of this many calls waits no longer.
        public var commitLimit = 256
        /// How long another process may hold the file before a call fails as ``LedgerError/Code/busy``.
        public var busyTimeout: Duration = .seconds(5)
        /// Bytes of the file's pages that a connection keeps in memory.
        public var cacheSize = 4 << 20
        /// The write-ahead log is moved into the file when it has grown by this many bytes. A larger log writes a page
        /// that changes often less often, and takes longer to read after a crash.
        public var checkpointSize = 16 << 20

        /// How much a step of pruning does before others have their turn.
        var pruning = PruneLimits()

        /// Whether a ledger is made where there is none. An empty one in the place of one that is missing would forget who
        /// said no and what was sent.
        public var createsFile = true

        /// Wakes the callers of a transaction, by calling what it is given. Where they all run on one event loop, hand it
        /// to that loop, so that the loop is woken once for a transaction, and not, when it is faster, for each caller.
        public var wakeCallers: @Sendable (_ wake: @escaping @Sendable () -> Void) -> Void = { $0() }

        /// Told of every transaction that has become durable: how many calls it held, and how long it took.
        public var onCommit: @Sendable (_ calls: Int, _ took: Duration) -> Void = { _, _ in }

        /// The defaults.
        public init() {}
    }
}
