import Dispatch
import Glibc
import GRDB

/// An open ledger file: its statements, and the transactions in which they run.
///
/// It belongs to the thread that opened it.
final class LedgerConnection {
    /// What a connection is for.
    enum Access {
        case writing, reading
    }

    let path: String
    let ledgerID: String
    /// What was first seen before this instant and is not known may have been sent, in microseconds since 1970.
    let restoredAt: Int64?
    let tables: LedgerTables

    let queue: DatabaseQueue
    private let transaction: TransactionStatements
    private let file: FileIdentity
    private let values: BoundValues
    private var pruning: PruneTable?

    /// Opens the file, and creates and migrates it when it is opened for writing.
    ///
    /// - Parameter isFirst: whether this process opens it for the first time: then a newer schema is refused.
    init(path: String, access: Access, options: SQLiteLedger.Options, isFirst: Bool) throws(LedgerError) {
        do {
            let queue = try Self.open(path, access, options, isFirst)
            self.queue = queue
            self.path = path
            file = try FileIdentity(path)
            let values = BoundValues()
            self.values = values
            (ledgerID, restoredAt, tables, transaction) = try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA cache_size = \(-options.cacheSize / 1024)")
                return (
                    try String.fetchOne(database, sql: "SELECT id FROM ledger") ?? "",
                    try Int64.fetchOne(database, sql: "SELECT restored_at FROM ledger"),
                    try LedgerTables(database, values), try TransactionStatements(database, values, access)
                )
            }
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Does all calls in one transaction; they are durable when it returns. A call that fails by itself leaves its
    /// neighbours alone.
    ///
    /// - Throws: when nothing was recorded.
    func perform(_ calls: [any LedgerCall]) throws(LedgerError) {
        guard try FileIdentity(path) == file else { throw LedgerError(.missing, path: path) }
        do {
            try inTransaction { _ in for call in calls { try call.perform(on: self) } }
        } catch let error where error.concernsOneCall {
            // Savepoints cost as much as the calls, so they are only made when one is known to need them.
            try inTransaction { database in for call in calls { try performApart(call, database) } }
        }
    }

    /// What is seldom asked for, in GRDB's own words; inside the transaction of a call.
    func query<Value>(_ body: (Database) throws -> Value) throws(LedgerError) -> Value {
        do {
            return try queue.unsafeReentrantWrite(body)
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// What pruning reads and removes; inside the transaction of a call.
    func pruneTable() throws(LedgerError) -> PruneTable {
        if let pruning { return pruning }
        let made = try query { database in try PruneTable(database, values) }
        pruning = made
        return made
    }

    private func inTransaction(_ body: (Database) throws -> Void) throws(LedgerError) {
        tables.bridges.beginTransaction()
        do {
            try queue.writeWithoutTransaction { database in
                try transaction.begin()
                do {
                    try body(database)
                    try transaction.commit()
                } catch {
                    // An error may have rolled everything back already, and this connection is given up if not.
                    if database.isInsideTransaction { try transaction.rollback() }
                    throw error
                }
            }
        } catch {
            tables.forgetTransaction()
            throw LedgerError(error, path: path)
        }
    }

    private func performApart(_ call: any LedgerCall, _ database: Database) throws {
        try database.inSavepoint {
            do {
                try call.perform(on: self)
                return .commit
            } catch let error as LedgerError where error.concernsOneCall {
                call.fail(error)
                tables.forgetTransaction()
                return .rollback
            }
        }
    }

    private static func open(
        _ path: String, _ access: Access, _ options: SQLiteLedger.Options, _ isFirst: Bool
    ) throws -> DatabaseQueue {
        guard access == .writing else {
            return try DatabaseQueue(path: path, configuration: configuration(access, options))
        }
        return try FolderLock.hold(besides: path, timeout: options.busyTimeout) {
            guard options.createsFile || FileIdentity.exists(path) else { throw LedgerError(.absent, path: path) }
            try FileIdentity.create(path)
            let queue = try DatabaseQueue(path: path, configuration: configuration(access, options))
            try Schema.prepare(queue, path: path, options: options, refusesNewer: isFirst)
            return queue
        }
    }

    private static func configuration(_ access: Access, _ options: SQLiteLedger.Options) -> Configuration {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.readonly = access == .reading
        // GRDB would end the process when a rollback fails as well; the connection is closed then.
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .callback(waitForLock(options.busyTimeout))
        return configuration
    }

    /// Waits for another process to end its transaction. SQLite's own wait grows to a tenth of a second, and would find
    /// the file locked again by a process that commits every millisecond; the lock has nothing to be notified by.
    private static func waitForLock(_ timeout: Duration) -> Database.BusyCallback {
        let pause: Duration = .microseconds(500)
        let limit = Int(max(0, timeout / pause))
        return { tries in
            guard tries < limit else { return false }
            usleep(500)
            return true
        }
    }
}
