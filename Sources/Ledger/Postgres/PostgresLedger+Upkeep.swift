public import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: LedgerUpkeep {
    /// Remembers the keys, and tells what does not agree with what is stored.
    public func admit(_ keys: [TokenKeyFingerprint]) async throws -> [TokenKeyDisagreement] {
        try await write(LedgerQueries.admit(keys)) { try LedgerQueries.disagreements($0) }
    }

    /// Which ledger it is, and how far each bridge is recorded.
    public func status() async throws -> LedgerStatus {
        try await write(LedgerQueries.status) { try LedgerQueries.ledgerStatus($0) }
    }

    /// Counts what was first seen before `now` and is not known as unknown, at once.
    public func noteRestored(now: Date) async throws {
        try await write(LedgerQueries.noteRestored(now)) { _ in }
    }

    /// Forgets a bridge; false when there is none of that name.
    public func retire(bridge: String) async throws -> Bool {
        try await write(LedgerQueries.retire(bridge)) { try onlyRow($0.last).boolean(0) }
    }
}
