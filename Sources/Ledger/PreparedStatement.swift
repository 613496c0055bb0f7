import GRDB
import GRDBSQLite

/// A statement that is compiled once for its connection and run many times.
///
/// It binds and steps by itself: half a dozen statements run for each message, and GRDB's arguments and rows would take
/// most of their time. GRDB opens the connection, owns the compiled statement, and runs the transactions.
///
/// It belongs to the thread of its connection.
final class PreparedStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let values: BoundValues

    init(_ database: Database, _ values: BoundValues, _ sql: String) throws {
        guard let connection = database.sqliteConnection else { throw LedgerError(.closed) }
        self.connection = connection
        self.values = values
        statement = try database.makeStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// What it was compiled from.
    var sql: String { statement.sql }

    /// Runs a statement that gives no rows, and tells how many it changed.
    @discardableResult
    func run(_ bind: (inout Parameters) -> Void) throws(LedgerError) -> Int {
        try start(bind)
        let code = sqlite3_step(handle)
        finish()
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code) }
        return Int(sqlite3_changes(connection))
    }

    /// The first row, read by `read`; nil without any.
    func first<Value>(
        _ bind: (inout Parameters) -> Void, _ read: (Columns) -> Value
    ) throws(LedgerError) -> Value? {
        try start(bind)
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW:
            let value = read(Columns(handle: handle))
            finish()
            return value
        case SQLITE_DONE:
            finish()
            return nil
        default:
            finish()
            throw failure(code)
        }
    }

    /// Shows every row to `body`, which must not run this statement.
    func forEach(_ bind: (inout Parameters) -> Void, _ body: (Columns) -> Void) throws(LedgerError) {
        try start(bind)
        var code = sqlite3_step(handle)
        while code == SQLITE_ROW {
            body(Columns(handle: handle))
            code = sqlite3_step(handle)
        }
        finish()
        guard code == SQLITE_DONE else { throw failure(code) }
    }

    /// The row id of the last insertion on this connection.
    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(connection) }

    private func start(_ bind: (inout Parameters) -> Void) throws(LedgerError) {
        var parameters = Parameters(handle: handle, values: values)
        bind(&parameters)
        guard parameters.code == SQLITE_OK else {
            finish()
            throw LedgerError(sqlite: parameters.code)
        }
    }

    /// Ends the statement's read of the file, and forgets the values before their place is used again.
    private func finish() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func failure(_ code: Int32) -> LedgerError {
        let extended = sqlite3_extended_errcode(connection)
        return LedgerError(sqlite: extended & 0xFF == code & 0xFF ? extended : code)
    }
}
