public import Messaging

extension SQLiteLedger: ReassignedNumbers {
    /// Keeps an answer where it tells more than what stands; whether it does.
    public func record(_ reassignment: Reassignment, of recipient: [RecipientToken]) async throws -> Bool {
        try await write { connection throws(LedgerError) in
            try connection.tables.reassigned.record(reassignment, of: recipient)
        }
    }

    /// What is known, on the connection that reads.
    public func reassignment(of recipient: [RecipientToken]) async throws -> ReassignmentAnswers {
        try await read { connection throws(LedgerError) in
            try connection.tables.reassigned.answers(of: recipient)
        }
    }
}
