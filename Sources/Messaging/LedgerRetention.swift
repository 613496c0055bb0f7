public import FoundationEssentials

/// For how many days a ledger remembers what nothing needs any more, counted from the last that was heard of it. Opt-outs are
/// remembered for ever.
public struct LedgerRetention: Sendable, Equatable {
    /// Of a message that has ended. A repeat is recognised for 40 days after the final event; five more are for clocks that
    /// differ. Dead letters stand for 30 days and are known when they are given back.
    public var messageDays = 45
    /// Of a message without a final status: 35 days until `sendAt`, 30 among the dead letters and 40 after the end make 105.
    public var unfinishedDays = 180
    /// Of which message a reply answers, and that a person was asked for an opt-in.
    public var conversationDays = 180
    /// Of a provider's id that brought a yes or no. A repeat that comes with a later time of receipt would overrule what the
    /// person said since, and the provider lists its messages for 400 days.
    public var evidenceDays = 400

    /// What must be remembered at least, in days.
    public static let floor = LedgerRetention(
        messageDays: 40, unfinishedDays: 120, conversationDays: 40, evidenceDays: 120)

    /// The defaults.
    public init() {}

    /// Days for each.
    public init(messageDays: Int, unfinishedDays: Int, conversationDays: Int, evidenceDays: Int) {
        self.messageDays = messageDays
        self.unfinishedDays = unfinishedDays
        self.conversationDays = conversationDays
        self.evidenceDays = evidenceDays
    }
}

/// What is removed from a ledger.
public enum PrunedRows: String, Sendable, CaseIterable {
    /// A message with what came of it.
    case message
    /// Where a message is found by the provider's id.
    case providerID = "provider_id"
    /// A decision record to which no message refers.
    case decision
    /// Which message a person's reply answers.
    case conversation
    /// A provider's id that brought a yes or no.
    case evidence
    /// A bridge that has left.
    case bridge
    /// What was counted for caps and prefixes longer ago than they look back, when a person last wrote if that is two days
    /// ago, and a bad number of which nothing was heard for as long as evidence is remembered.
    case traffic
}

/// Asks a ledger to remove a little of what it need not remember.
public struct PruneRequest: Sendable {
    /// What is old enough.
    public var retention: LedgerRetention
    /// The caller's clock.
    public var now: Date
    /// Names the caller: one at a time goes on with a pass.
    public var holder: String
    /// Seconds after the end of a pass before which none begins.
    public var interval: Double

    /// A wish to remove.
    public init(retention: LedgerRetention, now: Date, holder: String, interval: Double) {
        self.retention = retention
        self.now = now
        self.holder = holder
        self.interval = interval
    }
}

/// What came of a ``PruneRequest``.
public struct PruneStep: Sendable, Equatable {
    /// How far the ledger is.
    public enum Outcome: String, Sendable {
        /// The pass goes on: ask again.
        case goesOn
        /// All that was old enough is removed.
        case ended
        /// A pass ended lately.
        case notDue
        /// Somebody else goes on with it.
        case elsewhere
    }

    /// How far the ledger is.
    public var outcome: Outcome
    /// How many rows this step removed.
    public var removed: [PrunedRows: Int]

    /// A step.
    public init(_ outcome: Outcome, removed: [PrunedRows: Int] = [:]) {
        self.outcome = outcome
        self.removed = removed
    }
}

/// What removes old rows from a ledger.
public protocol LedgerPruning: Sendable {
    /// Removes a little of what is older than the retention: a short transaction, after which others have their turn. What a
    /// pass has come to is stored, so that any process goes on with it.
    func prune(_ request: PruneRequest) async throws -> PruneStep
    /// How many rows a pass would remove that began now. It reads all messages, which may take long.
    func prunable(_ retention: LedgerRetention, now: Date) async throws -> [PrunedRows: Int]
}
