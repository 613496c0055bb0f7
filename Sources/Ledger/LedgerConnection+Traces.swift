import FoundationEssentials
import GRDB
import Messaging

/// What an operator asks of single messages; rarely, so that its statements are not kept.
extension LedgerConnection {
    func traces(messageID: String, app: String?) throws(LedgerError) -> [MessageTrace] {
        var traces: [MessageTrace] = []
        for (id, name) in try apps(app) {
            let key = MessageKey(app: name, messageID: messageID)
            if let row = try tables.messages.row(key, app: id) { traces.append(try trace(key, row)) }
        }
        return traces.sorted { $0.key.app < $1.key.app }
    }

    /// The index of messages begins with the app: it is looked into once for each app that has any.
    private func apps(_ wanted: String?) throws(LedgerError) -> [(id: Int64, name: String)] {
        if let wanted { return try tables.names.knownID(wanted).map { [(id: $0, name: wanted)] } ?? [] }
        return try query { database in
            try Row.fetchAll(
                database,
                sql: """
                    WITH RECURSIVE apps (app) AS (
                        SELECT min(app) FROM message
                        UNION ALL
                        SELECT (SELECT min(m.app) FROM message m WHERE m.app > apps.app) FROM apps
                        WHERE apps.app IS NOT NULL
                    )
                    SELECT id, text FROM apps JOIN name ON id = app
                    """
            ).map { (id: $0["id"], name: $0["text"]) }
        }
    }

    func trace(_ key: MessageKey, _ row: MessageRow) throws(LedgerError) -> MessageTrace {
        var trace = MessageTrace(
            key: key, firstSeenAt: Date(microseconds: row.firstSeen), state: try row.attemptState(tables.names),
            attempts: row.attempt, changedAt: Date(microseconds: row.changedAt))
        trace.worker = try row.worker.map(tables.names.text)
        trace.status = row.status
        trace.errorCode = row.errorCode.map { Int(clamping: $0) }
        trace.sid = row.sid
        trace.providerStatus = row.providerStatus
        trace.deferralReason = row.deferralReason
        trace.decision = try row.decision.flatMap(tables.decisions.record)
        let rest = try query { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT class, purpose, channel, status_at, final_at
                    FROM message LEFT JOIN progress ON progress.message = message.id WHERE id = ?
                    """, arguments: [row.id])
        }
        trace.messageClass = (rest?["class"] as String?).flatMap(MessageClass.init)
        trace.purpose = rest?["purpose"]
        trace.channel = (rest?["channel"] as String?).flatMap(Channel.init)
        trace.statusAt = (rest?["status_at"] as Int64?).map(Date.init(microseconds:))
        trace.finalAt = (rest?["final_at"] as Int64?).map(Date.init(microseconds:))
        return trace
    }
}
