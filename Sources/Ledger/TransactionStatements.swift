import GRDB

/// Begins and ends transactions with statements that are compiled once: when little goes on, a transaction holds few calls,
/// and compiling would take longer than they do.
final class TransactionStatements {
    private let beginStatement: PreparedStatement
    private let commitStatement: PreparedStatement
    private let rollbackStatement: PreparedStatement

    init(_ database: Database, _ values: BoundValues, _ access: LedgerConnection.Access) throws {
        // A writer takes the lock at once: a transaction that reads first cannot wait for it later.
        let begin = access == .writing ? "BEGIN IMMEDIATE" : "BEGIN"
        beginStatement = try PreparedStatement(database, values, begin)
        commitStatement = try PreparedStatement(database, values, "COMMIT")
        rollbackStatement = try PreparedStatement(database, values, "ROLLBACK")
    }

    func begin() throws(LedgerError) { try beginStatement.run { _ in } }

    func commit() throws(LedgerError) { try commitStatement.run { _ in } }

    func rollback() throws(LedgerError) { try rollbackStatement.run { _ in } }
}
