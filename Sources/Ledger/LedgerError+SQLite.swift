import GRDB
import GRDBSQLite
import Postgres

extension LedgerError {
    /// Names what SQLite reported (<https://www.sqlite.org/rescode.html>). Its message is left out: it may quote values.
    init(sqlite number: Int32, path: String? = nil) {
        let code: Code =
            switch number & 0xFF {
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
            case SQLITE_FULL: .diskFull
            case SQLITE_READONLY, SQLITE_PERM: .readOnly
            case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: .corrupt
            case SQLITE_CANTOPEN, SQLITE_AUTH: .cannotOpen
            case SQLITE_IOERR: .inputOutput
            case SQLITE_NOMEM: .noMemory
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG: .invalid
            default: .other
            }
        self.init(code, number: number, path: path)
    }

    /// An error of GRDB's, of the PostgreSQL driver's, or of ours.
    init(_ error: any Error, path: String? = nil) {
        switch error {
        case let error as LedgerError:
            self.init(
                error.code, number: error.number, sqlState: error.sqlState,
                path: error.concernsOneCall ? error.path : error.path ?? path)
        case let error as PostgresError: self.init(postgres: error, path: path)
        case let error as DatabaseError: self.init(sqlite: error.extendedResultCode.rawValue, path: path)
        default: self.init(.other, path: path)
        }
    }
}
