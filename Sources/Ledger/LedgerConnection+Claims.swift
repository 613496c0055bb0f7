import FoundationEssentials
import Messaging

/// A message before its call: claimed, put off, ended.
extension LedgerConnection {
    func claim(_ claim: MessageClaim) throws(LedgerError) -> ClaimedMessage {
        let app = try tables.names.id(claim.key.app)
        let program = try tables.names.id(claim.program)
        try tables.consents.adopt(claim.recipient)
        try tables.reassigned.adopt(claim.recipient)
        let facts = try tables.consents.facts(
            claim.recipient, program: program, knownAt: try tables.bridges.consentKnownAt())
        guard let id = try tables.messages.insert(claim, app: app, program: program) else {
            return try reclaim(claim, app: app, program: program, facts: facts)
        }
        let mayHaveBeenCalled =
            claim.mayHaveBeenCalled || restoredAt.map { claim.firstSeen.microseconds < $0 } ?? false
        if mayHaveBeenCalled { try tables.progress.insertUnknown(id, now: claim.now) }
        return ClaimedMessage(
            state: mayHaveBeenCalled ? .unknown(attempt: 1, since: claim.now) : .held(attempts: 0),
            isSameRequest: true, firstSeenAt: claim.now, deferralReason: nil,
            changedAt: claim.now, decision: nil, facts: facts,
            traffic: try traffic(claim, message: nil, app: app, program: program))
    }

    private func reclaim(
        _ claim: MessageClaim, app: Int64, program: Int64, facts: RecipientFacts
    ) throws(LedgerError) -> ClaimedMessage {
        guard let row = try tables.messages.row(claim.key, app: app) else { throw LedgerError(.unknownMessage) }
        try tables.messages.noteSeen(row, now: claim.now)
        let isSame = row.requestHash.map(claim.isHash) ?? true
        if row.requestHash == nil {
            try tables.messages.complete(row.id, claim, program: program)
        } else if isSame, row.recipient != claim.recipient.first || row.requestHash != claim.requestHash {
            // From what has ended the recipient may have been erased, and a repeat does not bring it back.
            let isErased = row.recipient == nil && ![.held, .attempting, .unknown].contains(row.state)
            try tables.messages.readdress(row.id, claim, recipient: isErased ? nil : claim.recipient.first)
        }
        var state = try row.attemptState(tables.names)
        // It may have been sent after the copy was made.
        if row.state == .held, let restoredAt, max(row.firstSeen, row.changedAt) < restoredAt {
            try tables.progress.doubt(row.id, now: claim.now)
            state = .unknown(attempt: max(row.attempt, 1), since: claim.now)
        }
        return ClaimedMessage(
            state: state, isSameRequest: isSame,
            firstSeenAt: Date(microseconds: row.firstSeen), deferralReason: row.deferralReason,
            changedAt: Date(microseconds: row.changedAt), decision: try row.decision.flatMap(tables.decisions.record),
            facts: facts, traffic: try traffic(claim, message: row.id, app: app, program: program))
    }

    func close(
        _ key: MessageKey, as status: MessageStatus, decision: [UInt8]?, now: Date
    ) throws(LedgerError) {
        let app = try tables.names.id(key.app)
        let id = try tables.messages.id(key, app: app)
        let record = try decision.map { record throws(LedgerError) in try tables.decisions.id(record, now: now) }
        guard try !tables.progress.close(id, as: status, decision: record, now: now) else {
            return tables.messages.forget(key)
        }
        guard let row = try tables.messages.row(key, app: app) else { throw LedgerError(.unknownMessage) }
        guard row.state == .closed, row.status == status else { throw LedgerError(.notHeld) }
    }

    func reopen(_ key: MessageKey, now: Date) throws(LedgerError) -> AttemptState {
        let app = try tables.names.id(key.app)
        try tables.progress.reopen(try tables.messages.id(key, app: app), now: now)
        guard let row = try tables.messages.row(key, app: app) else { throw LedgerError(.unknownMessage) }
        return try row.attemptState(tables.names)
    }

    func noteDeferral(_ key: MessageKey, reason: String) throws(LedgerError) {
        let id = try tables.messages.id(key, app: try tables.names.id(key.app))
        try tables.progress.noteDeferral(id, reason: reason)
    }
}
