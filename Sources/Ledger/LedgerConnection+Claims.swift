import FoundationEssentials
import Messaging

/// A message before its call: claimed, put off, ended.
extension LedgerConnection {
    func claim(_ claim: MessageClaim) throws(LedgerError) -> ClaimedMessage {
        let app = try names.id(claim.key.app)
        let program = try names.id(claim.program)
        try consents.adopt(claim.recipient, program: program)
        let facts = try consents.facts(
            claim.recipient, program: program, knownAt: try bridges.consentKnownAt())
        let now = claim.now.microseconds
        let isNew = try messages.insert.run {
            $0.integer(app)
            $0.text(claim.key.messageID)
            $0.integer(now)
            $0.integer(now)
            $0.integer(program)
            $0.text(claim.messageClass.rawValue)
            $0.text(claim.purpose)
            $0.text(claim.channel.rawValue)
            $0.blob(claim.requestHash)
            $0.text(claim.recipient.first?.text)
        }
        guard isNew > 0 else { return try reclaim(claim, app: app, program: program, facts: facts) }
        messages.remember(claim.key, messages.insert.lastInsertedID)
        let seen = Date(microseconds: now)
        return ClaimedMessage(
            state: .held(attempts: 0), isSameRequest: true, firstSeenAt: seen, deferralReason: nil, changedAt: seen,
            decision: nil, facts: facts)
    }

    private func reclaim(
        _ claim: MessageClaim, app: Int64, program: Int64, facts: RecipientFacts
    ) throws(LedgerError) -> ClaimedMessage {
        guard let row = try messages.row(claim.key, app: app) else { throw LedgerError(.unknownMessage) }
        let isSame = row.requestHash.map { $0 == claim.requestHash } ?? true
        if row.requestHash == nil {
            // A status was recorded of a message that this ledger had not seen; now its request is known.
            try messages.reclaim.run {
                $0.blob(claim.requestHash)
                $0.text(claim.messageClass.rawValue)
                $0.text(claim.purpose)
                $0.text(claim.channel.rawValue)
                $0.integer(program)
                $0.text(claim.recipient.first?.text)
                $0.integer(row.id)
            }
        } else if isSame, let newest = claim.recipient.first, row.recipient != newest {
            try messages.readdress.run {
                $0.text(newest.text)
                $0.integer(row.id)
            }
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
        let decision = try decision.map(decisions.id)
        let isClosed = try messages.close.run {
            $0.integer(now.microseconds)
            $0.text(status.rawValue)
            $0.integer(status.rank)
            $0.integer(decision)
            $0.integer(id)
            $0.text(key.messageID)
        }
        guard isClosed > 0 else {
            guard let row = try messages.row(key, app: app) else { throw LedgerError(.unknownMessage) }
            guard row.state == .closed, row.status == status else { throw LedgerError(.notHeld) }
            return
        }
        messages.forget(key)
    }

    func noteDeferral(_ key: MessageKey, reason: String) throws(LedgerError) {
        let id = try messages.id(key, app: try names.id(key.app))
        let isNoted = try messages.deferral.run {
            $0.text(reason)
            $0.integer(MessageStatus.deferred.rank)
            $0.text(MessageStatus.deferred.rawValue)
            $0.integer(id)
            $0.text(key.messageID)
        }
        guard isNoted > 0 else { throw LedgerError(.unknownMessage) }
    }
}
