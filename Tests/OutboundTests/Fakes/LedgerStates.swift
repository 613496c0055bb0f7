import FoundationEssentials
import Messaging

/// The states of messages and the facts of their recipients, and every move that is allowed between them.
struct LedgerStates {
    struct Row {
        var state: AttemptState
        let hash: [UInt8]
        let firstSeenAt: Date
        var program: String?
        var recipient: [RecipientToken] = []
        var deferralReason: String?
        var changedAt: Date
        var decision: [UInt8]?
        /// The calls so far; a message that is closed does not tell.
        var attempts = 0
    }

    var rows: [MessageKey: Row] = [:]
    var consentKnownAt: Date?
    /// The provider's ids that belong to a message.
    var sids: Set<String> = []
    private var consents: [String: RecipientFacts] = [:]
    /// What is told of earlier messages, to whoever asks.
    var traffic = TrafficFacts.unknown
    /// What was asked for with each claim, begun and taken back.
    var asked: [TrafficQuestion?] = []
    var begun: [AttemptStart] = []
    var takenBack: [AttemptStart] = []

    mutating func setConsent(
        _ consent: RecipientFacts.Consent, of recipient: RecipientToken, program: String, at: Date
    ) {
        let epoch = consents["\(recipient)/\(program)"]?.consentEpoch ?? 0
        consents["\(recipient)/\(program)"] = RecipientFacts(
            consent: consent, consentEpoch: epoch + 1, revokedAt: consent == .revoked ? at : nil)
    }

    private func facts(_ recipient: [RecipientToken], program: String) -> RecipientFacts {
        var facts =
            recipient.lazy.compactMap { consents["\($0)/\(program)"] }.first
            ?? RecipientFacts(consent: .none, consentEpoch: 0)
        facts.consentKnownAt = consentKnownAt
        return facts
    }

    private mutating func move(_ key: MessageKey, to next: AttemptState, at now: Date) {
        rows[key]?.state = next
        rows[key]?.changedAt = now
    }

    mutating func claim(_ claim: MessageClaim) -> ClaimedMessage {
        let first: AttemptState =
            claim.mayHaveBeenCalled ? .unknown(attempt: 1, since: claim.now) : .held(attempts: 0)
        let row =
            rows[claim.key]
            ?? Row(
                state: first, hash: claim.requestHash, firstSeenAt: claim.now, program: claim.program,
                recipient: claim.recipient, changedAt: claim.now)
        rows[claim.key] = row
        asked.append(claim.traffic)
        return ClaimedMessage(
            state: row.state, isSameRequest: row.hash == claim.requestHash, firstSeenAt: row.firstSeenAt,
            deferralReason: row.deferralReason, changedAt: row.changedAt, decision: row.decision,
            facts: facts(claim.recipient, program: claim.program),
            traffic: claim.traffic == nil ? .unknown : traffic)
    }

    mutating func begin(_ start: AttemptStart) -> AttemptGrant {
        guard let row = rows[start.key] else { return .superseded(.held(attempts: 0)) }
        switch row.state {
        case .held(start.attempt - 1), .unknown(start.attempt - 1, _): break
        default: return .superseded(row.state)
        }
        if let expiresAt = start.expiresAt, expiresAt <= start.now { return .factsChanged }
        guard facts(start.recipient, program: start.program).consentEpoch == start.consentEpoch else {
            return .factsChanged
        }
        for cap in start.traffic?.caps ?? [] where cap.isBinding && traffic.sent[cap.count] ?? 0 >= cap.limit {
            return .factsChanged
        }
        begun.append(start)
        move(start.key, to: .attempting(attempt: start.attempt, worker: start.worker, since: start.now), at: start.now)
        rows[start.key]?.decision = start.decision
        rows[start.key]?.attempts = start.attempt
        return .granted
    }

    mutating func settle(_ settlement: Settlement) -> Bool {
        switch rows[settlement.key]?.state {
        case .attempting(settlement.attempt, settlement.worker, _): break
        default: return false
        }
        let attempt = settlement.attempt
        let next: AttemptState =
            switch settlement.result {
            case .accepted(let acceptance):
                .accepted(attempt: attempt, sid: acceptance.sid, providerStatus: acceptance.status)
            case .refused(let code): .refused(attempt: attempt, code: code)
            case .unknown: .unknown(attempt: attempt, since: settlement.now)
            case .held: .held(attempts: attempt)
            }
        if case .accepted(let acceptance) = settlement.result { sids.insert(acceptance.sid) }
        switch settlement.result {
        case .held, .refused: takenBack += settlement.counted.map { [$0] } ?? []
        case .accepted, .unknown: break
        }
        move(settlement.key, to: next, at: settlement.now)
        return true
    }

    func doubt(about key: MessageKey, recipient: [RecipientToken]) -> MessageDoubt {
        let program = rows[key]?.program
        let hasRival = rows.contains { other, row in
            guard case .unknown = row.state else { return false }
            return other != key && row.program == program && row.recipient.contains(where: recipient.contains)
        }
        return MessageDoubt(program: program, hasRival: hasRival)
    }

    mutating func settleFound(_ key: MessageKey, attempt: Int, _ acceptance: Acceptance, at now: Date) -> Bool {
        guard case .unknown(attempt, _) = rows[key]?.state, !sids.contains(acceptance.sid) else { return false }
        sids.insert(acceptance.sid)
        move(key, to: .accepted(attempt: attempt, sid: acceptance.sid, providerStatus: acceptance.status), at: now)
        return true
    }

    mutating func close(_ key: MessageKey, as status: MessageStatus, decision: [UInt8]?, at now: Date) -> Bool {
        guard case .held = rows[key]?.state else { return false }
        move(key, to: .closed(status), at: now)
        rows[key]?.decision = decision
        return true
    }

    mutating func markUnknown(_ key: MessageKey, attempt: Int, at now: Date) {
        guard case .attempting(attempt, _, _) = rows[key]?.state else { return }
        move(key, to: .unknown(attempt: attempt, since: now), at: now)
    }

    mutating func abandon(_ key: MessageKey, attempt: Int, at now: Date) -> Bool {
        guard case .unknown(attempt, _) = rows[key]?.state else { return false }
        move(key, to: .abandoned(attempt: attempt), at: now)
        return true
    }

    /// The state that is reached; nil for a message that was never claimed.
    mutating func reopen(_ key: MessageKey, at now: Date) -> AttemptState? {
        switch rows[key]?.state {
        case .refused(let attempt, _): move(key, to: .held(attempts: attempt), at: now)
        case .closed: move(key, to: .held(attempts: rows[key]?.attempts ?? 0), at: now)
        default: return rows[key]?.state
        }
        rows[key]?.deferralReason = nil
        return rows[key]?.state
    }
}
