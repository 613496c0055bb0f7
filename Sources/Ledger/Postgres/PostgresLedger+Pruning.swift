public import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: LedgerPruning {
    /// Removes a little of what is older than the retention, in a transaction of its own beside those of the writers.
    public func prune(_ request: PruneRequest) async throws -> PruneStep {
        let rows = try await inReadersTransaction(LedgerQueries.prune(request, options.pruning))
        return try LedgerQueries.pruneStep(rows)
    }

    /// How many rows a pass would remove that began now. It reads the whole ledger.
    public func prunable(_ retention: LedgerRetention, now: Date) async throws -> [PrunedRows: Int] {
        try LedgerQueries.prunable(try await inReadersTransaction(LedgerQueries.prunable(retention, now: now)))
    }

    private func inReadersTransaction(_ queries: [PostgresQuery]) async throws -> PostgresRows? {
        do {
            return try await readers.runTransaction(setUp.confirmation + queries).last
        } catch {
            throw LedgerError(error, path: place)
        }
    }
}
