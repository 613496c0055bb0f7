import Messaging
import Postgres
import Synchronization

/// Makes each new connection one to the ledger that was opened first.
final class LedgerSetUp: Sendable {
    private let schema: String
    private let creates: Bool
    /// Which ledger was opened first; only that one is used again.
    private let ledgerID = Mutex<String?>(nil)

    init(schema: String, creates: Bool) {
        self.schema = schema
        self.creates = creates
    }

    /// What each batch must find in the database.
    var confirmation: [PostgresQuery] { ledgerID.withLock { $0 }.map { [PostgresSchema.confirmation($0)] } ?? [] }

    /// Sets the connection's session, and creates or migrates the ledger where it is opened for the first time: an empty
    /// one in the place of a ledger that was removed would forget what was sent.
    func prepare(_ connection: PostgresConnection) async throws {
        guard await connection.serverVersion >= PostgresSchema.oldestServer else { throw LedgerError(.unsuitable) }
        let settings = try onlyRow(try await connection.run([PostgresSchema.settings(schema)]).first)
        guard try settings.text(5) == "UTF8" else { throw LedgerError(.unsuitable) }
        let isFirst = ledgerID.withLock { $0 == nil }
        if isFirst {
            _ = try await connection.run([PostgresSchema.migration(schema, creates: creates)])
        }
        let identity = try onlyRow(try await connection.run([PostgresSchema.identity]).first)
        // A program that works with the ledger already goes on when a newer one brings it up to date.
        guard try !isFirst || identity.integer(1) <= PostgresSchema.version else { throw LedgerError(.newerSchema) }
        let id = try identity.text(0)
        let isSame = ledgerID.withLock { known in
            if known == nil { known = id }
            return known == id
        }
        guard isSame else { throw LedgerError(.replaced) }
    }
}
