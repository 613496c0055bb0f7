import FoundationEssentials
import Messaging

/// A message before its call: claimed, put off, ended.
extension LedgerConnection {
    func claim(_ claim: MessageClaim) throws(LedgerError) -> ClaimedMessage {
        let app = try names.id(claim.key.app)
        let program = try names.id(claim.program)
        try consents.adopt(claim.recipient)
        let facts = try consents.facts(
            claim.recipient, program: program, knownAt: try bridges.consentKnownAt())
        guard try messages.insert(claim, app: app, program: program) != nil else {
            return try reclaim(claim, app: app, program: program, facts: facts)
        }
        return ClaimedMessage(
            state: .held(attempts: 0), isSameRequest: true, firstSeenAt: claim.now, deferralReason: nil,
            changedAt: claim.now, decision: nil, facts: facts)
    }

    private func reclaim(
        _ claim: MessageClaim, app: Int64, program: Int64, facts: RecipientFacts
    ) throws(LedgerError) -> ClaimedMessage {
        guard let row = try messages.row(claim.key, app: app) else { throw LedgerError(.unknownMessage) }
        let isSame = row.requestHash.map { $0 == claim.requestHash } ?? true
        if row.requestHash == nil {
            try messages.complete(row.id, claim, program: program)
        } else if isSame, let newest = claim.recipient.first, row.recipient != newest {
            try messages.readdress(row.id, to: newest)
        }
        return ClaimedMessage(
            state: try row.attemptState(names), isSameRequest: isSame,
            firstSeenAt: Date(microseconds: row.firstSeen), deferralReason: row.deferralReason,
            changedAt: Date(microseconds: row.changedAt), decision: try row.decision.flatMap(decisions.record),
            facts: facts)
    }

    func close(
        _ key: MessageKey, as status: MessageStatus, decision: [UInt8]?, now: Date
    ) throws(LedgerError) {
        let app = try names.id(key.app)
        let id = try messages.id(key, app: app)
        guard try !progress.close(id, as: status, decision: decision.map(decisions.id), now: now) else {
            return messages.forget(key)
        }
        guard let row = try messages.row(key, app: app) else { throw LedgerError(.unknownMessage) }
        guard row.state == .closed, row.status == status else { throw LedgerError(.notHeld) }
    }

    func noteDeferral(_ key: MessageKey, reason: String) throws(LedgerError) {
        let id = try messages.id(key, app: try names.id(key.app))
        try progress.noteDeferral(id, reason: reason)
    }
}
