import FoundationEssentials
import Messaging

/// A message's calls to the provider: begun, settled, given up.
extension LedgerConnection {
    func begin(_ start: AttemptStart) throws(LedgerError) -> AttemptGrant {
        let app = try names.id(start.key.app)
        let id = try messages.id(start.key, app: app)
        guard try isStillAllowed(start) else {
            let row = try row(start.key, app: app)
            return row.awaitsAttempt(start.attempt) ? .factsChanged : .superseded(try row.attemptState(names))
        }
        let worker = try names.id(start.worker)
        let decision = try decisions.id(start.decision)
        let isGranted = try messages.begin.run {
            $0.integer(start.attempt)
            $0.integer(worker)
            $0.integer(start.now.microseconds)
            $0.integer(decision)
            $0.integer(id)
            $0.text(start.key.messageID)
        }
        guard isGranted > 0 else { return .superseded(try row(start.key, app: app).attemptState(names)) }
        return .granted
    }

    private func isStillAllowed(_ start: AttemptStart) throws(LedgerError) -> Bool {
        if let expiresAt = start.expiresAt, expiresAt <= start.now { return false }
        let facts = try consents.facts(start.recipient, program: try names.knownID(start.program), knownAt: nil)
        return facts.consentEpoch == start.consentEpoch
    }

    private func row(_ key: MessageKey, app: Int64) throws(LedgerError) -> MessageRow {
        guard let row = try messages.row(key, app: app) else { throw LedgerError(.unknownMessage) }
        return row
    }

    func settle(_ settlement: Settlement) throws(LedgerError) -> Bool {
        let id = try messages.id(settlement.key, app: try names.id(settlement.key.app))
        guard let worker = try names.knownID(settlement.worker) else { return false }
        switch settlement.result {
        case .accepted(let acceptance):
            let isSettled = try messages.accept.run {
                $0.integer(settlement.now.microseconds)
                $0.text(acceptance.sid)
                $0.text(acceptance.status)
                $0.integer(MessageStatus.accepted.rank)
                $0.text(MessageStatus.accepted.rawValue)
                $0.integer(id)
                $0.text(settlement.key.messageID)
                $0.integer(settlement.attempt)
                $0.integer(worker)
            }
            if isSettled > 0 { messages.forget(settlement.key) }
            return isSettled > 0
        case .refused(let code):
            return try leave(
                settlement.key, id, .attempting, attempt: settlement.attempt, worker: worker, to: .refused,
                status: .refused, code: code, now: settlement.now)
        case .unknown:
            return try leave(
                settlement.key, id, .attempting, attempt: settlement.attempt, worker: worker, to: .unknown,
                status: .inDoubt, now: settlement.now)
        case .held:
            return try leave(
                settlement.key, id, .attempting, attempt: settlement.attempt, worker: worker, to: .held, status: nil,
                now: settlement.now)
        }
    }

    func markUnknown(_ key: MessageKey, attempt: Int, now: Date) throws(LedgerError) {
        let id = try messages.id(key, app: try names.id(key.app))
        _ = try leave(
            key, id, .attempting, attempt: attempt, worker: nil, to: .unknown, status: .inDoubt, now: now)
    }

    func abandon(_ key: MessageKey, attempt: Int, now: Date) throws(LedgerError) -> Bool {
        let id = try messages.id(key, app: try names.id(key.app))
        return try leave(
            key, id, .unknown, attempt: attempt, worker: nil, to: .abandoned, status: .abandoned, now: now)
    }

    private func leave(
        _ key: MessageKey, _ id: Int64, _ state: StoredState, attempt: Int, worker: Int64?, to next: StoredState,
        status: MessageStatus?, code: Int? = nil, now: Date
    ) throws(LedgerError) -> Bool {
        let isLeft = try messages.leave.run {
            $0.integer(next.rawValue)
            $0.integer(now.microseconds)
            $0.integer(code)
            $0.integer(status?.rank ?? 0)
            $0.text(status?.rawValue)
            $0.integer(status?.isFinal == true ? now.microseconds : nil)
            $0.integer(id)
            $0.text(key.messageID)
            $0.integer(state.rawValue)
            $0.integer(attempt)
            $0.integer(worker)
        }
        if next == .refused || next == .abandoned { messages.forget(key) }
        return isLeft > 0
    }
}

extension MessageRow {
    /// Whether this attempt would be the next one.
    fileprivate func awaitsAttempt(_ next: Int) -> Bool {
        (state == .held || state == .unknown) && attempt == next &- 1
    }
}
