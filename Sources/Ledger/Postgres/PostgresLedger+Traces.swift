public import Messaging

extension PostgresLedger: MessageTraces {
    /// All messages of this id, on a connection that reads.
    public func traces(messageID: String, app: String?) async throws -> [MessageTrace] {
        try await readAll(LedgerQueries.traces(messageID: messageID, app: app)) { try $0.map(LedgerQueries.trace) }
    }
}
