public import Messaging

extension SQLiteLedger: ReassignedNumbers {
    /// Keeps an answer; whether it became the last one.
    public func record(_ reassignment: Reassignment, of recipient: RecipientToken) async throws -> Bool {
        try await write { connection throws(LedgerError) in
            try connection.tables.reassigned.record(reassignment, of: recipient)
        }
    }

    /// The last answer, on the connection that reads.
    public func reassignment(of recipient: [RecipientToken]) async throws -> Reassignment? {
        try await read { connection throws(LedgerError) in
            try connection.tables.reassigned.last(of: recipient)
        }
    }
}
