public import Messaging

extension SQLiteLedger: MessageTraces {
    /// All messages of this id, on the connection that reads.
    public func traces(messageID: String, app: String?) async throws -> [MessageTrace] {
        try await read { connection throws(LedgerError) in try connection.traces(messageID: messageID, app: app) }
    }
}
