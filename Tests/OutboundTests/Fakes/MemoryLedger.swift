import FoundationEssentials
import Messaging
import Synchronization

/// The ledger's states as the port documents them, in memory: none → held → attempting → accepted | refused | unknown,
/// unknown → accepted | attempting | abandoned, held → closed.
final class MemoryLedger: MessageLedger {
    enum Operation: String, Sendable {
        case claim, begin, settle, close, markUnknown, abandon, reopen, known, settleFound, noteDeferral
    }

    struct Away: Error {}
    struct NotHeld: Error {}

    private struct State {
        var known = LedgerStates()
        var failures: [Operation: Int] = [:]
        /// Done before the next begin is judged: what happens between a decision and its attempt.
        var beforeBegin: (@Sendable () -> Void)?
        /// The next begin is recorded, but its answer is lost.
        var losesBegin = false
    }

    private let journal: Journal
    private let state = Mutex(State())

    init(journal: Journal) {
        self.journal = journal
    }

    // MARK: What tests see and do

    func state(of key: MessageKey) -> AttemptState? { state.withLock { $0.known.rows[key]?.state } }

    func put(_ key: MessageKey, _ attemptState: AttemptState) {
        state.withLock { $0.known.rows[key]?.state = attemptState }
    }

    /// The next calls of an operation throw.
    func fail(_ operation: Operation, times: Int = 1) {
        state.withLock { $0.failures[operation] = times }
    }

    func loseNextBegin() { state.withLock { $0.losesBegin = true } }

    func beforeNextBegin(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.beforeBegin = body }
    }

    /// A person's yes or no, recorded.
    func setConsent(_ consent: RecipientFacts.Consent, of recipient: RecipientToken, program: String, at: Date) {
        state.withLock { state in
            state.known.setConsent(consent, of: recipient, program: program, at: at)
        }
    }

    func claimed(_ key: MessageKey, within program: String) {
        state.withLock { $0.known.rows[key]?.program = program }
    }

    func setConsentKnownAt(_ instant: Date?) { state.withLock { $0.known.consentKnownAt = instant } }

    /// What is known of earlier messages.
    func setTraffic(_ change: (inout TrafficFacts) -> Void) { state.withLock { change(&$0.known.traffic) } }

    var asked: [TrafficQuestion?] { state.withLock { $0.known.asked } }

    var begun: [AttemptStart] { state.withLock { $0.known.begun } }

    var takenBack: [AttemptStart] { state.withLock { $0.known.takenBack } }

    // MARK: The port

    func claim(_ claim: MessageClaim) async throws -> ClaimedMessage {
        try enter(.claim, "claim")
        return state.withLock { $0.known.claim(claim) }
    }

    func begin(_ start: AttemptStart) async throws -> AttemptGrant {
        let before = state.withLock { state in
            defer { state.beforeBegin = nil }
            return state.beforeBegin
        }
        before?()
        try enter(.begin, "begin \(start.attempt)")
        let (grant, isLost) = state.withLock { state in
            defer { state.losesBegin = false }
            return (state.known.begin(start), state.losesBegin)
        }
        if isLost { throw Away() }
        return grant
    }

    func settle(_ settlement: Settlement) async throws -> Bool {
        try enter(.settle, "settle \(settlement.result.word)")
        return state.withLock { $0.known.settle(settlement) }
    }

    func close(_ key: MessageKey, as status: MessageStatus, decision: [UInt8]?, now: Date) async throws {
        try enter(.close, "close \(status.rawValue)")
        try state.withLock { state throws(NotHeld) in
            guard state.known.close(key, as: status, decision: decision, at: now) else { throw NotHeld() }
        }
    }

    func markUnknown(_ key: MessageKey, attempt: Int, now: Date) async throws {
        try enter(.markUnknown, "markUnknown \(attempt)")
        state.withLock { $0.known.markUnknown(key, attempt: attempt, at: now) }
    }

    func abandon(_ key: MessageKey, attempt: Int, now: Date) async throws -> Bool {
        try enter(.abandon, "abandon \(attempt)")
        return state.withLock { $0.known.abandon(key, attempt: attempt, at: now) }
    }

    func known(sids: [String]) async throws -> Set<String> {
        try enter(.known, "known \(sids.count)")
        return state.withLock { $0.known.sids.intersection(sids) }
    }

    func doubt(about key: MessageKey, recipient: [RecipientToken]) async throws -> MessageDoubt {
        state.withLock { $0.known.doubt(about: key, recipient: recipient) }
    }

    func settleFound(
        _ key: MessageKey, attempt: Int, _ acceptance: Acceptance, now: Date
    ) async throws -> Bool {
        try enter(.settleFound, "settleFound \(attempt)")
        return state.withLock { $0.known.settleFound(key, attempt: attempt, acceptance, at: now) }
    }

    func reopen(_ key: MessageKey, now: Date) async throws -> AttemptState {
        try enter(.reopen, "reopen")
        return try state.withLock { state throws(NotHeld) in
            guard let reached = state.known.reopen(key, at: now) else { throw NotHeld() }
            return reached
        }
    }

    func noteDeferral(_ key: MessageKey, reason: String, now: Date) async throws {
        try enter(.noteDeferral, "noteDeferral \(reason)")
        state.withLock { $0.known.rows[key]?.deferralReason = reason }
    }

    /// Notes the call, and throws when it is to fail.
    private func enter(_ operation: Operation, _ line: String) throws(Away) {
        let fails = state.withLock { state in
            guard let left = state.failures[operation], left > 0 else { return false }
            state.failures[operation] = left - 1
            return true
        }
        journal.note(fails ? "\(line) fails" : line)
        if fails { throw Away() }
    }
}

extension Settlement.Result {
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .unknown: "unknown"
        case .held: "held"
        }
    }
}
