public import Postgres

extension PostgresLedger {
    /// How the ledger commits and connects.
    public struct Options: Sendable {
        /// How long the first call of a batch waits for company. What arrives while all writers are at work goes together
        /// anyway, so that it matters only when little goes on.
        public var commitWindow: Duration = .milliseconds(1)
        /// A batch of this many calls waits no longer.
        public var commitLimit = 256
        /// Connections that write, each one batch at a time: while one waits for the disk, the next fills.
        public var writers = 2
        /// Connections that the bridge's reads share.
        public var readers = 2
        /// How much a step of pruning does.
        var pruning = PruneSizes()
        /// The schema that holds the ledger.
        public var schema = "switchboard"
        /// Whether a ledger is made where there is none. An empty one in the place of one that is missing would forget who
        /// said no and what was sent.
        public var createsSchema = true
        /// How a connection behaves.
        public var connection = PostgresOptions()

        /// Wakes the callers of a batch, by calling what it is given. Where they all run on one event loop, hand it to that
        /// loop, so that the loop is woken once for a batch.
        public var wakeCallers: @Sendable (_ wake: @escaping @Sendable () -> Void) -> Void = { $0() }

        /// Told of every batch that has become durable: how many calls it held, and how long it took.
        public var onCommit: @Sendable (_ calls: Int, _ took: Duration) -> Void = { _, _ in }

        /// The defaults.
        public init() {
            // A worker that cannot record puts its messages off; it should not wait for long to know.
            connection.connectTimeout = .seconds(3)
        }
    }
}
