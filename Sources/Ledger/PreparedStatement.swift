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

    init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else { throw LedgerError(.closed) }
        self.connection = connection
        statement = try database.makeStatement(sql: sql)
        handle = statement.sqliteStatement
    }

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

    /// The row id of the last insertion on this connection.
    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(connection) }

    private func start(_ bind: (inout Parameters) -> Void) throws(LedgerError) {
        var parameters = Parameters(handle: handle)
        bind(&parameters)
        guard parameters.code == SQLITE_OK else {
            finish()
            throw LedgerError(sqlite: parameters.code)
        }
    }

    /// Ends the statement's read of the file, and forgets the values, which may be large.
    private func finish() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func failure(_ code: Int32) -> LedgerError {
        let extended = sqlite3_extended_errcode(connection)
        return LedgerError(sqlite: extended & 0xFF == code & 0xFF ? extended : code)
    }
}

/// Gives a statement its values, in their order.
struct Parameters {
    private let handle: OpaquePointer
    private var index: Int32 = 0
    private(set) var code: Int32 = SQLITE_OK

    fileprivate init(handle: OpaquePointer) {
        self.handle = handle
    }

    mutating func integer(_ value: Int64?) {
        guard let value else { return null() }
        index += 1
        note(sqlite3_bind_int64(handle, index, value))
    }

    mutating func integer(_ value: Int?) { integer(value.map(Int64.init)) }

    /// The length is given, so a NUL in a text from outside does not end it.
    mutating func text(_ value: String?) {
        guard var value else { return null() }
        index += 1
        let code = value.withUTF8 { utf8 in
            guard let start = utf8.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, copied) }
            return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                sqlite3_bind_text(handle, index, $0, Int32(clamping: utf8.count), copied)
            }
        }
        note(code)
    }

    mutating func blob(_ value: [UInt8]?) {
        guard let value else { return null() }
        index += 1
        let code = value.withUnsafeBytes { bytes in
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(clamping: bytes.count), copied)
        }
        note(code)
    }

    private mutating func null() {
        index += 1
        note(sqlite3_bind_null(handle, index))
    }

    private mutating func note(_ code: Int32) {
        if self.code == SQLITE_OK { self.code = code }
    }

    /// SQLITE_TRANSIENT, a macro with a cast that the importer leaves out: SQLite copies the value before it returns.
    private var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The columns of a row, while its statement stands on it.
struct Columns {
    private let handle: OpaquePointer

    fileprivate init(handle: OpaquePointer) {
        self.handle = handle
    }

    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    func integer(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }

    func int(_ index: Int32) -> Int { Int(clamping: integer(index)) }

    func optionalInteger(_ index: Int32) -> Int64? { isNull(index) ? nil : integer(index) }

    func text(_ index: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, index) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func blob(_ index: Int32) -> [UInt8]? {
        guard !isNull(index) else { return nil }
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index))))
    }
}
