import FoundationEssentials
import Messaging

/// Earlier messages and what they mean for the next: read with the claim, counted with the attempt.
extension LedgerConnection {
    /// What a claim asks of earlier messages.
    func traffic(
        _ claim: MessageClaim, message: Int64?, app: Int64, program: Int64
    ) throws(LedgerError) -> TrafficFacts {
        guard let question = claim.traffic, question.asksAnything else { return .unknown }
        var facts = TrafficFacts()
        let subject = TrafficTable.Subject(
            recipient: claim.recipient, message: message, app: app, program: program, now: claim.now)
        for cap in question.caps {
            let limit = max(cap.limit, facts.sent[cap.count] ?? 0)
            facts.sent[cap.count] = try tables.traffic.count(
                cap.count, limit: limit, purpose: question.purpose, subject)
        }
        if let prefix = question.prefix {
            facts.toPrefixIn10Minutes = try tables.traffic.count(prefix: prefix.digits, now: claim.now)
        }
        if let age = question.badNumberAge {
            facts.numberState = try tables.numbers.state(
                claim.recipient, channel: claim.channel, age: age, now: claim.now)
        }
        if let age = question.reassignedAge {
            facts.reassignment = try tables.reassigned.answers(of: claim.recipient).counting(for: age, now: claim.now)
        }
        if question.asksLastInbound {
            facts.lastInbound = try tables.numbers.lastInbound(
                claim.recipient, program: program, channel: claim.channel)
        }
        if question.asksFirstOfProgram {
            facts.isFirstOfProgram = try tables.conversations.last(claim.recipient, program: program) == nil
        }
        return facts
    }

    /// Whether a binding cap is reached.
    func isCapReached(_ start: AttemptStart, message: Int64, app: Int64) throws(LedgerError) -> Bool {
        guard let question = start.traffic else { return false }
        if !question.caps.isEmpty {
            let subject = try subject(of: start, message: message, app: app)
            for cap in question.caps where cap.isBinding {
                let sent = try tables.traffic.count(cap.count, limit: cap.limit, purpose: question.purpose, subject)
                if sent >= cap.limit { return true }
            }
        }
        guard let prefix = question.prefix, prefix.isBinding else { return false }
        return try tables.traffic.count(prefix: prefix.digits, now: start.now) >= prefix.limit
    }

    /// Counts a message whose attempt has begun.
    func count(_ start: AttemptStart, message: Int64, app: Int64) throws(LedgerError) {
        guard let question = start.traffic else { return }
        if start.attempt > 1 { try tables.traffic.removeEarlier(start.recipient, message: message) }
        if let seconds = question.countsFor {
            try tables.traffic.insert(
                question, for: seconds, subject(of: start, message: message, app: app), message: message)
        }
        if let prefix = question.prefix { try tables.traffic.add(1, toPrefix: prefix.digits, at: start.now) }
    }

    /// Takes back what was counted with an attempt of which nothing was sent.
    func takeBack(_ start: AttemptStart, message: Int64) throws(LedgerError) {
        guard let question = start.traffic else { return }
        if question.countsFor != nil {
            try tables.traffic.remove(start.recipient, at: start.now, message: message)
        }
        if let prefix = question.prefix { try tables.traffic.add(-1, toPrefix: prefix.digits, at: start.now) }
    }

    private func subject(
        of start: AttemptStart, message: Int64, app: Int64
    ) throws(LedgerError) -> TrafficTable.Subject {
        TrafficTable.Subject(
            recipient: start.recipient, message: message, app: app, program: try tables.names.id(start.program),
            now: start.now)
    }

    func noteInbound(_ note: InboundNote) throws(LedgerError) {
        try tables.inbound.note(sid: note.sid, at: note.at)
        guard let recipient = note.recipient, let channel = note.channel else { return }
        for sender in note.senders {
            try tables.numbers.noteInbound(
                recipient, program: tables.names.id(sender), channel: channel, at: note.at)
        }
    }
}
