public import FoundationEssentials
public import Logging
public import Messaging
public import Postgres
import EventLoop

/// The ledger in a PostgreSQL database: for several machines, whose workers, bridges and recorders share it.
///
/// Calls of many callers are committed together: a batch is one transaction and one round trip, and each call returns when
/// it is durable. Batches of other processes are kept apart by row locks, unique keys and changes that name the state they
/// start from. What the bridge reads goes through connections of its own. A database that is away makes calls throw at once,
/// and is connected to again by the calls that follow.
public final class PostgresLedger: Sendable {
    let place: String
    private let loop: EventLoop
    private let writers: PostgresPool
    let readers: PostgresPool
    private let batches: CallBatches
    let setUp: LedgerSetUp
    let options: Options
    private let health: LedgerHealth

    /// Connects to the database, and creates the ledger's schema where there is none and ``Options/createsSchema`` allows it.
    ///
    /// - Throws: a ``LedgerError`` when the database cannot be used, its schema is another program's or was made by a
    ///   newer version.
    public static func open(
        _ url: PostgresURL, options: Options = Options(), logger: Logger
    ) async throws(LedgerError) -> PostgresLedger {
        let ledger = try PostgresLedger(url, options: options, logger: logger)
        do {
            _ = try await ledger.writers.run([PostgresSchema.identity])
            return ledger
        } catch {
            await ledger.close()
            throw LedgerError(error, path: ledger.place)
        }
    }

    private init(_ url: PostgresURL, options: Options, logger: Logger) throws(LedgerError) {
        do {
            loop = try EventLoop(name: "ledger")
        } catch {
            throw LedgerError(.noMemory)
        }
        place = "\(url)"
        let setUp = LedgerSetUp(schema: options.schema, creates: options.createsSchema)
        let health = LedgerHealth(place: place, logger: logger)
        self.health = health
        self.setUp = setUp
        self.options = options
        writers = PostgresPool(
            url: url, loop: loop, limit: options.writers, options: options.connection, setUp: setUp.prepare)
        readers = PostgresPool(
            url: url, loop: loop, limit: options.readers, options: options.connection, setUp: setUp.prepare)
        let writer = BatchWriter(
            loop: loop, pool: writers, setUp: setUp, options: options, health: health, place: place)
        batches = CallBatches(
            loop: loop, window: options.commitWindow, limit: options.commitLimit, atOnce: options.writers,
            perform: { calls in await writer.perform(calls) })
    }

    /// Records what was handed over, and closes the connections. Later calls throw ``LedgerError/Code/closed``.
    public func close() async {
        await batches.close()
        await writers.close()
        await readers.close()
    }

    /// Hands a call to the next batch. It is not cut short by cancellation: what was handed over is recorded.
    func write<Value: Sendable>(
        _ steps: [LedgerStep], _ decision: DecisionRecord? = nil,
        _ read: @escaping @Sendable ([PostgresRows]) throws -> Value
    ) async throws -> Value {
        let outcome = await withCheckedContinuation { continuation in
            let call = WaitingCall(steps, decision, read, continuation)
            if !batches.append(call) { call.wake() }
        }
        return try outcome.get()
    }

    private func read<Value: Sendable>(
        _ query: PostgresQuery, _ read: (PostgresRow?) throws -> Value
    ) async throws -> Value {
        try await readAll(query) { try read($0.first) }
    }

    func readAll<Value: Sendable>(
        _ query: PostgresQuery, _ read: ([PostgresRow]) throws -> Value
    ) async throws -> Value {
        do {
            let value = try read(try await readers.run([query]).first?.rows ?? [])
            health.worked()
            return value
        } catch {
            let failure = LedgerError(error, path: place)
            if failure.code != .closed { health.failed(failure) }
            throw failure
        }
    }
}

extension PostgresLedger: MessageLedger {
    /// Remembers a message when it is new, and tells its state and the recipient's facts.
    public func claim(_ claim: MessageClaim) async throws -> ClaimedMessage {
        try await write(LedgerQueries.claim(claim)) { try LedgerQueries.claimed($0, claim) }
    }

    /// Compare-and-set from held (or unknown) to attempting.
    public func begin(_ start: AttemptStart) async throws -> AttemptGrant {
        let decision = DecisionRecord(start.decision, usedAt: start.now)
        return try await write(LedgerQueries.begin(start, decision: decision.id), decision) {
            try LedgerQueries.grant($0)
        }
    }

    /// Ends an attempt of this worker.
    public func settle(_ settlement: Settlement) async throws -> Bool {
        try await write(LedgerQueries.settle(settlement)) { try answerOfKnownMessage($0.last) }
    }

    /// Ends a held message without a call.
    public func close(_ key: MessageKey, as status: MessageStatus, decision: [UInt8]?, now: Date) async throws {
        let record = decision.map { DecisionRecord($0, usedAt: now) }
        try await write(LedgerQueries.close(key, as: status, decision: record?.id, now: now), record) { answers in
            guard try answerOfKnownMessage(answers.last) else { throw LedgerError(.notHeld) }
        }
    }

    /// Declares an attempt's outcome unknown, when its worker is gone.
    public func markUnknown(_ key: MessageKey, attempt: Int, now: Date) async throws {
        let departure = LedgerQueries.Departure(from: .attempting, to: .unknown, status: .inDoubt)
        _ = try await write(LedgerQueries.leave(key, attempt: attempt, departure, now: now)) {
            try answerOfKnownMessage($0.last)
        }
    }

    /// Gives a message up whose outcome stayed unknown.
    public func abandon(_ key: MessageKey, attempt: Int, now: Date) async throws -> Bool {
        let departure = LedgerQueries.Departure(from: .unknown, to: .abandoned, status: .abandoned)
        return try await write(LedgerQueries.leave(key, attempt: attempt, departure, now: now)) {
            try answerOfKnownMessage($0.last)
        }
    }

    /// Those of the provider's ids that belong to a message of this ledger.
    public func known(sids: [String]) async throws -> Set<String> {
        try await write(LedgerQueries.known(sids: sids)) { try LedgerQueries.knownIDs($0) }
    }

    /// What may make the provider's list misleading about a message whose outcome is unknown.
    public func doubt(about key: MessageKey, recipient: [RecipientToken]) async throws -> MessageDoubt {
        try await write(LedgerQueries.doubt(about: key, recipient: recipient)) { try LedgerQueries.messageDoubt($0) }
    }

    /// Ends an attempt whose outcome was unknown with what the provider's list shows.
    public func settleFound(
        _ key: MessageKey, attempt: Int, _ acceptance: Acceptance, now: Date
    ) async throws -> Bool {
        try await write(LedgerQueries.settleFound(key, attempt: attempt, acceptance, now: now)) {
            try answerOfKnownMessage($0.last)
        }
    }

    /// Lets a message that an operator gave back be judged afresh.
    public func reopen(_ key: MessageKey, now: Date) async throws -> AttemptState {
        try await write(LedgerQueries.reopen(key, now: now)) { try LedgerQueries.standing($0) }
    }

    /// Remembers that subscribers were told of a deferral for this reason.
    public func noteDeferral(_ key: MessageKey, reason: String, now: Date) async throws {
        _ = try await write(LedgerQueries.noteDeferral(key, reason: reason)) { try answerOfKnownMessage($0.last) }
    }
}

extension PostgresLedger: StatusLedger {
    /// Records a status if its rank is higher than the recorded one.
    public func record(_ report: StatusReport) async throws -> Bool {
        // A request that was rejected never was a message: where one of that key is known, it is another one.
        guard report.status != .rejected else { return false }
        return try await write(LedgerQueries.record(report)) { try onlyRow($0.first).boolean(0) }
    }

    /// Applies a change once, by the time of receipt.
    public func apply(_ change: ConsentChange) async throws -> Bool {
        try await write(LedgerQueries.apply(change)) { try onlyRow($0.last).boolean(0) }
    }

    /// Remembers that everything a bridge received before `at` has been applied.
    public func noteTick(bridge: String, at: Date, isLeaving: Bool, now: Date) async throws {
        try await write(LedgerQueries.noteTick(bridge, at: at, isLeaving: isLeaving, now: now)) { _ in }
    }

    /// Up to when opt-outs are known to be recorded.
    public func consentKnownAt() async throws -> Date? {
        try await read(LedgerQueries.consentKnownAt) { row in
            try row?.optionalInteger(0).map(Date.init(microseconds:))
        }
    }

    /// What is known of a recipient within a program.
    public func facts(recipient: [RecipientToken], program: String) async throws -> RecipientFacts {
        try await read(LedgerQueries.facts(recipient, program)) { row in
            guard let row else { throw LedgerError(.other) }
            return try row.facts(from: 0)
        }
    }

    /// The last message to the recipient within a program, if any.
    public func conversation(recipient: [RecipientToken], program: String) async throws -> Event.Conversation? {
        try await read(LedgerQueries.conversation(recipient, program)) { row in
            try row.map(LedgerQueries.lastConversation)
        }
    }
}
