import FoundationEssentials
import Messaging

/// What was reported of a message.
extension LedgerConnection {
    func record(_ report: StatusReport) throws(LedgerError) -> Bool {
        // A request that was rejected never was a message: where one of that key is known, it is another one.
        guard report.status != .rejected else { return false }
        try tables.numbers.note(report)
        guard let row = try row(of: report) else { return try insert(report) }
        try tables.progress.make(row.id)
        if report.status.isProviderWord, let sid = report.sid { try take(row, report, sid: sid) }
        if report.status == .accepted { try link(report, row) }
        if report.status == .refused { try refuse(row, report) }
        let isNews = try tables.progress.record(row.id, report)
        try keepAwaited(report, row.id)
        return isNews
    }

    /// From its acceptance to its final status the provider may have to be asked about a message.
    private func keepAwaited(_ report: StatusReport, _ message: Int64) throws(LedgerError) {
        if report.status.isFinal { return try tables.awaited.remove(message) }
        guard report.status == .accepted, let sid = report.sid, let origin = report.origin, let due = report.lookAt
        else { return }
        try tables.awaited.insert(
            message, account: tables.names.id(origin.message.account), sid: sid, origin, acceptedAt: report.at, due: due
        )
    }

    /// The worker has told the provider's no, and could not record it: its attempt is over, and a repeat calls nobody.
    private func refuse(_ row: MessageRow, _ report: StatusReport) throws(LedgerError) {
        guard row.state == .attempting || row.state == .unknown, let attempt = report.attempt else { return }
        let end = ProgressTable.Departure(from: row.state, to: .refused, errorCode: report.errorCode)
        _ = try tables.progress.leave(row.id, attempt: attempt, end, now: report.at)
    }

    private func row(of report: StatusReport) throws(LedgerError) -> MessageRow? {
        if let key = report.key {
            guard let app = try tables.names.knownID(key.app) else { return nil }
            return try tables.messages.row(key, app: app)
        }
        guard let sid = report.sid else { return nil }
        return try tables.messages.row(sid: sid)
    }

    /// The provider has the message, whatever the ledger thought: it must not be sent again.
    ///
    /// A worker that is at another attempt cannot be stopped; the SID is kept, and the message counts as accepted when
    /// that attempt comes to anything else.
    private func take(_ row: MessageRow, _ report: StatusReport, sid: String) throws(LedgerError) {
        let attempt = report.attempt ?? row.attempt
        let settles =
            switch row.state {
            case .held, .unknown: true
            case .attempting: attempt == row.attempt
            case .accepted, .refused, .abandoned, .closed: false
            }
        // What looks for a lost call must not take it for another's, whatever attempt it was of.
        try tables.messages.note(sid: sid, message: row.id)
        guard settles || row.sid == nil else { return }
        try tables.progress.take(
            row.id, state: settles ? .accepted : row.state, attempt: settles ? max(attempt, 1) : row.attempt,
            changedAt: settles ? report.at.microseconds : row.changedAt, sid: sid, providerStatus: report.providerStatus
        )
    }

    /// A message that this ledger never saw, because it was replaced or restored: it must not be sent again either.
    private func insert(_ report: StatusReport) throws(LedgerError) -> Bool {
        guard let key = report.key, let state = report.impliedState else { return false }
        let app = try tables.names.id(key.app)
        let id = try tables.messages.insertUnseen(report, key, app: app, program: report.program.map(tables.names.id))
        try tables.progress.insert(id, state, report)
        if report.status.isProviderWord, let sid = report.sid { try tables.messages.note(sid: sid, message: id) }
        if report.status == .accepted, let row = try tables.messages.row(key, app: app) { try link(report, row) }
        let isNews = try tables.progress.record(id, report)
        try keepAwaited(report, id)
        return isNews
    }

    /// What the worker tells once of every message makes it known by the provider's id and as what a reply answers.
    private func link(_ report: StatusReport, _ row: MessageRow) throws(LedgerError) {
        if let sid = report.sid { try tables.messages.note(sid: sid, message: row.id) }
        guard let key = report.key, let recipient = report.recipient ?? row.recipient else { return }
        let program = try report.program.map(tables.names.id) ?? row.program
        guard let program else { return }
        try tables.conversations.note(
            key, recipient: recipient, program: program, metadata: report.metadata, at: report.at)
    }
}

extension MessageStatus {
    /// Whether only the provider can have said so: it has taken the message.
    var isProviderWord: Bool {
        switch self {
        case .accepted, .scheduled, .queued, .sending, .sent, .undelivered, .failed, .canceled, .delivered, .read: true
        case .deferred, .inDoubt, .rejected, .blocked, .dropped, .refused, .abandoned: false
        }
    }
}

extension StatusReport {
    /// The state of a message of which only this report is known; nil where it proves none.
    var impliedState: StoredState? {
        switch status {
        case .deferred, .rejected: nil
        case .inDoubt: .unknown
        case .blocked, .dropped: .closed
        case .refused: .refused
        case .abandoned: .abandoned
        case .accepted, .scheduled, .queued, .sending, .sent, .undelivered, .failed, .canceled, .delivered, .read:
            sid == nil ? nil : .accepted
        }
    }
}
