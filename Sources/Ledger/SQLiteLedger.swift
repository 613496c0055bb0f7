public import FoundationEssentials
public import Logging
public import Messaging
import Synchronization

/// The ledger in a file, on SQLite: for one machine, with nothing to install.
///
/// Several processes may share the file. Everything that is written goes through one connection on a thread of its own:
/// calls of many callers are committed together, and each returns when its commit has reached the disk. What the bridge
/// reads goes through a second connection, so that it does not wait for the disk.
public final class SQLiteLedger: Sendable {
    private let path: String
    let options: Options
    private let logger: Logger
    private let writer: LedgerThread
    private let reader = Mutex(Reader())

    private struct Reader {
        var thread: LedgerThread?
        var isClosed = false
    }

    /// Opens the file at `path`, and creates it, readable for its owner alone, where there is none.
    ///
    /// - Throws: a ``LedgerError`` when it is not a ledger, was written by a newer version, or cannot be used.
    public static func open(
        _ path: String, options: Options = Options(), logger: Logger
    ) async throws(LedgerError) -> SQLiteLedger {
        let ledger = SQLiteLedger(path, options: options, logger: logger)
        try await ledger.writer.perform { _ throws(LedgerError) in }
        return ledger
    }

    private init(_ path: String, options: Options, logger: Logger) {
        self.path = path
        self.options = options
        self.logger = logger
        writer = LedgerThread(name: "ledger", path: path, access: .writing, options: options, logger: logger)
    }

    /// Records what was handed over, and closes the file. Later calls throw ``LedgerError/Code/closed``.
    public func close() async {
        let thread = reader.withLock { reader in
            reader.isClosed = true
            return reader.thread
        }
        await thread?.close()
        await writer.close()
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerConnection) throws(LedgerError) -> Value
    ) async throws(LedgerError) -> Value {
        try await writer.perform(body)
    }

    /// The worker never reads apart from claiming, so the second connection waits until somebody does.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerConnection) throws(LedgerError) -> Value
    ) async throws(LedgerError) -> Value {
        let thread: LedgerThread? = reader.withLock { reader in
            if reader.thread == nil, !reader.isClosed {
                reader.thread = LedgerThread(
                    name: "ledger-read", path: path, access: .reading, options: options, logger: logger)
            }
            return reader.thread
        }
        guard let thread else { throw LedgerError(.closed) }
        return try await thread.perform(body)
    }
}

extension SQLiteLedger: MessageLedger {
    /// Remembers a message when it is new, and tells its state and the recipient's facts.
    public func claim(_ claim: MessageClaim) async throws -> ClaimedMessage {
        try await write { connection throws(LedgerError) in try connection.claim(claim) }
    }

    /// Both in one transaction: one wait for the disk less, and one change of threads.
    public func claim(
        _ claim: MessageClaim, beginning attempt: @escaping @Sendable (ClaimedMessage) -> AttemptStart?
    ) async throws -> (claimed: ClaimedMessage, begun: BegunAttempt?) {
        try await write { connection throws(LedgerError) in
            let claimed = try connection.claim(claim)
            guard let start = attempt(claimed) else { return (claimed, nil) }
            let isJudged = start.traffic == claim.traffic
            return (claimed, BegunAttempt(start: start, grant: try connection.begin(start, isJudged: isJudged)))
        }
    }

    /// Compare-and-set from held (or unknown) to attempting.
    public func begin(_ start: AttemptStart) async throws -> AttemptGrant {
        try await write { connection throws(LedgerError) in try connection.begin(start) }
    }

    /// Ends an attempt of this worker.
    public func settle(_ settlement: Settlement) async throws -> Bool {
        try await write { connection throws(LedgerError) in try connection.settle(settlement) }
    }

    /// Ends a held message without a call.
    public func close(_ key: MessageKey, as status: MessageStatus, decision: [UInt8]?, now: Date) async throws {
        try await write { connection throws(LedgerError) in
            try connection.close(key, as: status, decision: decision, now: now)
        }
    }

    /// Declares an attempt's outcome unknown, when its worker is gone.
    public func markUnknown(_ key: MessageKey, attempt: Int, now: Date) async throws {
        try await write { connection throws(LedgerError) in
            try connection.markUnknown(key, attempt: attempt, now: now)
        }
    }

    /// Gives a message up whose outcome stayed unknown.
    public func abandon(_ key: MessageKey, attempt: Int, now: Date) async throws -> Bool {
        try await write { connection throws(LedgerError) in try connection.abandon(key, attempt: attempt, now: now) }
    }

    /// Those of the provider's ids that belong to a message of this ledger.
    public func known(sids: [String]) async throws -> Set<String> {
        try await write { connection throws(LedgerError) in try connection.known(sids: sids) }
    }

    /// What may make the provider's list misleading about a message whose outcome is unknown.
    public func doubt(about key: MessageKey, recipient: [RecipientToken]) async throws -> MessageDoubt {
        try await write { connection throws(LedgerError) in try connection.doubt(about: key, recipient: recipient) }
    }

    /// Ends an attempt whose outcome was unknown with what the provider's list shows.
    public func settleFound(
        _ key: MessageKey, attempt: Int, _ acceptance: Acceptance, now: Date
    ) async throws -> Bool {
        try await write { connection throws(LedgerError) in
            try connection.settleFound(key, attempt: attempt, acceptance, now: now)
        }
    }

    /// Lets a message that an operator gave back be judged afresh.
    public func reopen(_ key: MessageKey, now: Date) async throws -> AttemptState {
        try await write { connection throws(LedgerError) in try connection.reopen(key, now: now) }
    }

    /// Remembers that subscribers were told of a deferral for this reason.
    public func noteDeferral(_ key: MessageKey, reason: String, now: Date) async throws {
        try await write { connection throws(LedgerError) in try connection.noteDeferral(key, reason: reason) }
    }
}

extension SQLiteLedger: StatusLedger {
    /// Records a status if its rank is higher than the recorded one.
    public func record(_ report: StatusReport) async throws -> Bool {
        try await write { connection throws(LedgerError) in try connection.record(report) }
    }

    /// Applies a change once, by the time of receipt.
    public func apply(_ change: ConsentChange) async throws -> Bool {
        try await write { connection throws(LedgerError) in
            var programs: [Int64] = []
            for program in change.programs { programs.append(try connection.tables.names.id(program)) }
            return try connection.tables.consents.apply(change, programs: programs)
        }
    }

    /// Remembers that everything a bridge received before `at` has been applied.
    public func noteTick(bridge: String, at: Date, isLeaving: Bool, now: Date) async throws {
        try await write { connection throws(LedgerError) in
            try connection.tables.bridges.note(bridge, at: at, isLeaving: isLeaving, now: now)
        }
    }

    /// Up to when opt-outs are known to be recorded.
    public func consentKnownAt() async throws -> Date? {
        try await read { connection throws(LedgerError) in try connection.tables.bridges.consentKnownAt() }
    }

    /// What is known of a recipient within a program.
    public func facts(recipient: [RecipientToken], program: String) async throws -> RecipientFacts {
        try await read { connection throws(LedgerError) in
            try connection.tables.consents.facts(
                recipient, program: connection.tables.names.knownID(program),
                knownAt: connection.tables.bridges.consentKnownAt())
        }
    }

    /// The last message to the recipient within a program, if any.
    public func conversation(recipient: [RecipientToken], program: String) async throws -> Event.Conversation? {
        try await read { connection throws(LedgerError) in
            guard let program = try connection.tables.names.knownID(program) else { return nil }
            return try connection.tables.conversations.last(recipient, program: program)
        }
    }
}
