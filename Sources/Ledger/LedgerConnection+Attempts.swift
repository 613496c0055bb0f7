import FoundationEssentials
import GRDB
import Messaging

/// A message's calls to the provider: begun, settled, given up.
extension LedgerConnection {
    /// - Parameter isJudged: whether the decision was made within this transaction, so that no cap can have been reached since.
    func begin(_ start: AttemptStart, isJudged: Bool = false) throws(LedgerError) -> AttemptGrant {
        let app = try tables.names.id(start.key.app)
        let id = try tables.messages.id(start.key, app: app)
        let isCapReached = isJudged ? false : try isCapReached(start, message: id, app: app)
        guard try isStillAllowed(start), !isCapReached else {
            let row = try row(start.key, app: app)
            return row.awaitsAttempt(start.attempt) ? .factsChanged : .superseded(try row.attemptState(tables.names))
        }
        let isGranted = try tables.progress.begin(
            id, attempt: start.attempt, worker: tables.names.id(start.worker),
            decision: tables.decisions.id(start.decision, now: start.now),
            now: start.now)
        guard isGranted else { return .superseded(try row(start.key, app: app).attemptState(tables.names)) }
        try count(start, message: id, app: app)
        return .granted
    }

    private func isStillAllowed(_ start: AttemptStart) throws(LedgerError) -> Bool {
        if let expiresAt = start.expiresAt, expiresAt <= start.now { return false }
        let facts = try tables.consents.facts(
            start.recipient, program: try tables.names.knownID(start.program), knownAt: nil)
        return facts.consentEpoch == start.consentEpoch
    }

    private func row(_ key: MessageKey, app: Int64) throws(LedgerError) -> MessageRow {
        guard let row = try tables.messages.row(key, app: app) else { throw LedgerError(.unknownMessage) }
        return row
    }

    func settle(_ settlement: Settlement) throws(LedgerError) -> Bool {
        let app = try tables.names.id(settlement.key.app)
        let id = try tables.messages.id(settlement.key, app: app)
        guard let worker = try tables.names.knownID(settlement.worker) else { return false }
        var departure = ProgressTable.Departure(from: .attempting, to: .held, worker: worker)
        switch settlement.result {
        case .accepted(let acceptance):
            tables.messages.forget(settlement.key)
            guard
                try tables.progress.accept(
                    id, attempt: settlement.attempt, worker: worker, acceptance, now: settlement.now)
            else { return false }
            // What looks for a lost call must not take it for another's, however late the recorder is.
            try tables.messages.note(answer: acceptance.sid, message: id)
            return true
        case .refused(let code):
            tables.messages.forget(settlement.key)
            departure.to = .refused
            departure.status = .refused
            departure.errorCode = code
        case .unknown:
            departure.to = .unknown
            departure.status = .inDoubt
        case .held: break
        }
        let hasLeft = try tables.progress.leave(id, attempt: settlement.attempt, departure, now: settlement.now)
        // What a callback has shown to be sent stays counted.
        if hasLeft, settlement.result != .unknown, let start = settlement.counted, start.traffic?.isCounted == true,
            try row(settlement.key, app: app).state != .accepted
        {
            try takeBack(start, message: id)
        }
        return hasLeft
    }

    func known(sids: [String]) throws(LedgerError) -> Set<String> {
        var known: Set<String> = []
        for sid in sids where try tables.messages.owner(sid: sid) != nil { known.insert(sid) }
        return known
    }

    func doubt(about key: MessageKey, recipient: [RecipientToken]) throws(LedgerError) -> MessageDoubt {
        guard let row = try tables.messages.row(key, app: try tables.names.id(key.app)) else {
            throw LedgerError(.unknownMessage)
        }
        let hasRival = try query { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM doubt JOIN message ON message.id = doubt.message
                        WHERE doubt.message <> ? AND program IS ? AND recipient IN
                            (\(databaseQuestionMarks(count: recipient.count))))
                    """, arguments: [row.id, row.program] + StatementArguments(recipient.map(\.text))) ?? false
        }
        return MessageDoubt(program: try row.program.map(tables.names.text), hasRival: hasRival)
    }

    func settleFound(
        _ key: MessageKey, attempt: Int, _ acceptance: Acceptance, now: Date
    ) throws(LedgerError) -> Bool {
        let id = try tables.messages.id(key, app: try tables.names.id(key.app))
        if let owner = try tables.messages.owner(sid: acceptance.sid), owner != id { return false }
        guard try tables.progress.find(id, attempt: attempt, acceptance, now: now) else { return false }
        try tables.messages.note(sid: acceptance.sid, message: id)
        tables.messages.forget(key)
        return true
    }

    func markUnknown(_ key: MessageKey, attempt: Int, now: Date) throws(LedgerError) {
        let id = try tables.messages.id(key, app: try tables.names.id(key.app))
        let departure = ProgressTable.Departure(from: .attempting, to: .unknown, status: .inDoubt)
        _ = try tables.progress.leave(id, attempt: attempt, departure, now: now)
    }

    func abandon(_ key: MessageKey, attempt: Int, now: Date) throws(LedgerError) -> Bool {
        let id = try tables.messages.id(key, app: try tables.names.id(key.app))
        let departure = ProgressTable.Departure(from: .unknown, to: .abandoned, status: .abandoned)
        return try tables.progress.leave(id, attempt: attempt, departure, now: now)
    }
}

extension MessageRow {
    /// Whether this attempt would be the next one.
    fileprivate func awaitsAttempt(_ next: Int) -> Bool {
        (state == .held || state == .unknown) && attempt == next &- 1
    }
}
