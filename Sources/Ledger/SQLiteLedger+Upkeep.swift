public import FoundationEssentials
import GRDB
public import Messaging

extension SQLiteLedger: LedgerUpkeep {
    /// Remembers the keys, and tells what does not agree with what is stored.
    public func admit(_ keys: [TokenKeyFingerprint]) async throws -> [TokenKeyDisagreement] {
        try await write { connection throws(LedgerError) in
            try connection.query { database in try Self.admit(keys, database) }
        }
    }

    private static func admit(_ keys: [TokenKeyFingerprint], _ database: Database) throws -> [TokenKeyDisagreement] {
        var disagreements: [TokenKeyDisagreement] = []
        let known = try Row.fetchAll(database, sql: "SELECT id, fingerprint FROM token_key ORDER BY id")
        for row in known {
            let id: String = row["id"]
            let fingerprint: Data = row["fingerprint"]
            if let key = keys.first(where: { $0.id == id }) {
                if Array(fingerprint) != key.fingerprint { disagreements.append(.changed(id)) }
            } else if try isUsed(id, database) {
                disagreements.append(.missing(id))
            }
        }
        guard disagreements.isEmpty else { return disagreements }
        for key in keys {
            try database.execute(
                sql: "INSERT INTO token_key (id, fingerprint) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [key.id, Data(key.fingerprint)])
        }
        return []
    }

    /// Whether somebody's word, or a number that is somebody else's, stands under a key of this id. A token continues with an underscore after the id, and the
    /// grave accent is the next character.
    private static func isUsed(_ id: String, _ database: Database) throws -> Bool {
        try ["consent WHERE true", "reassigned WHERE is_yes"].contains { rows in
            try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM \(rows) AND recipient >= ? AND recipient < ?)",
                arguments: ["ph_\(id)_", "ph_\(id)`"]) ?? false
        }
    }

    /// Which ledger it is, and how far each bridge is recorded.
    public func status() async throws -> LedgerStatus {
        try await write { connection throws(LedgerError) in
            try connection.query { database in
                let ledger = try Row.fetchOne(database, sql: "SELECT id, created_at, restored_at FROM ledger")
                let prunedAt = try Int64.fetchOne(database, sql: "SELECT ended_at FROM pruning")
                let bridges = try Row.fetchAll(database, sql: "SELECT id, at, has_left FROM bridge ORDER BY id")
                return LedgerStatus(
                    id: ledger?["id"] ?? "", createdAt: Date(microseconds: ledger?["created_at"] ?? 0),
                    restoredAt: (ledger?["restored_at"] as Int64?).map(Date.init(microseconds:)),
                    prunedAt: prunedAt.map(Date.init(microseconds:)),
                    bridges: bridges.map { row in
                        LedgerStatus.Bridge(
                            name: row["id"], at: Date(microseconds: row["at"]), hasLeft: row["has_left"])
                    })
            }
        }
    }

    /// Counts what was first seen before `now` and is not known as unknown from the next start on.
    public func noteRestored(now: Date) async throws {
        try await write { connection throws(LedgerError) in
            try connection.query { database in
                try database.execute(sql: "UPDATE ledger SET restored_at = ?", arguments: [now.microseconds])
            }
        }
    }

    /// Forgets a bridge; false when there is none of that name.
    public func retire(bridge: String) async throws -> Bool {
        try await write { connection throws(LedgerError) in
            try connection.query { database in
                try database.execute(sql: "DELETE FROM bridge WHERE id = ?", arguments: [bridge])
                return database.changesCount > 0
            }
        }
    }
}
