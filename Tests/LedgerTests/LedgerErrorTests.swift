import GRDB
import Testing

@testable import Ledger

@Suite struct LedgerErrorTests {
    @Test(arguments: [
        (ResultCode.SQLITE_BUSY, LedgerError.Code.busy), (.SQLITE_BUSY_SNAPSHOT, .busy), (.SQLITE_LOCKED, .busy),
        (.SQLITE_FULL, .diskFull), (.SQLITE_READONLY, .readOnly), (.SQLITE_READONLY_DBMOVED, .readOnly),
        (.SQLITE_CORRUPT, .corrupt), (.SQLITE_NOTADB, .corrupt), (.SQLITE_CANTOPEN, .cannotOpen),
        (.SQLITE_IOERR, .inputOutput), (.SQLITE_IOERR_FSYNC, .inputOutput), (.SQLITE_NOMEM, .noMemory),
        (.SQLITE_CONSTRAINT_UNIQUE, .invalid), (.SQLITE_TOOBIG, .invalid), (.SQLITE_MISUSE, .other),
    ])
    func whatSQLiteReportsHasAName(_ result: ResultCode, _ code: LedgerError.Code) {
        let error = LedgerError(DatabaseError(resultCode: result), path: "/var/lib/ledger")
        #expect(error.code == code)
        #expect(error.number == result.rawValue)
        #expect(error.description.contains("/var/lib/ledger"))
    }

    @Test func messagesOfTheStoreAreNotShown() {
        let error = LedgerError(
            DatabaseError(resultCode: .SQLITE_CONSTRAINT, message: "value +15558675310", sql: "INSERT '+15558675310'"))
        #expect(!error.description.contains("+1555"))
        #expect(!String(reflecting: error).contains("+1555"))
    }

    @Test func whatTimeMayHealIsRetryable() {
        #expect(LedgerError(.diskFull).isRetryable)
        #expect(LedgerError(.busy).isRetryable)
        #expect(!LedgerError(.corrupt).isRetryable)
        #expect(LedgerError(.corrupt).isCorrupt)
        #expect(!LedgerError(.newerSchema).isRetryable)
    }
}
