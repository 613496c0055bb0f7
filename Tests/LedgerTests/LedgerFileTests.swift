import FoundationEssentials
import GRDB
import Glibc
import Messaging
import Testing

@testable import Ledger

/// The file: made, opened again, damaged, taken away.
@Suite struct LedgerFileTests {
    private func code(_ body: () async throws -> Void) async -> LedgerError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? LedgerError)?.code
        }
    }

    @Test func whatReturnedIsThereAfterTheLedgerWasDropped() async throws {
        try await withLedgerFile { path async throws in
            do {
                let ledger = try await openLedger(path)
                _ = try await ledger.claim(claim("a"))
                _ = try await ledger.begin(start("a", decision: "{3}"))
                _ = try await ledger.apply(change(.revoked, sid(1)))
                try await ledger.noteTick(bridge: "b1", at: noon, isLeaving: false, now: seconds(100))
            }
            // Not closed: as after a crash, nothing but what was committed counts.
            let again = try await openLedger(path)
            let claimed = try await again.claim(claim("a"))
            #expect(claimed.state == .attempting(attempt: 1, worker: "w1", since: noon))
            #expect(claimed.decision == Array("{3}".utf8))
            #expect(claimed.facts.consent == .revoked)
            #expect(claimed.facts.consentKnownAt == noon)
        }
    }

    @Test func aCopyTakenWithoutClosingHoldsEverythingThatReturned() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            for id in 0..<50 { _ = try await ledger.claim(claim("\(id)")) }
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: path + ".copy" + suffix)
            }
            let copy = try await openLedger(path + ".copy")
            for id in 0..<50 { #expect(try await !copy.claim(claim("\(id)", hash: 2)).isSameRequest) }
            await ledger.close()
        }
    }

    @Test func itIsWrittenInFullAndReadableForItsOwnerAlone() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            _ = try await ledger.claim(claim("a"))
            for suffix in ["", "-wal", "-shm"] {
                var status = stat()
                #expect(stat(path + suffix, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600)
            }
            let level = try await ledger.write { connection throws(LedgerError) in connection.pragma("synchronous") }
            #expect(level == "2")
            #expect(
                try await ledger.write { connection throws(LedgerError) in connection.pragma("journal_mode") } == "wal")
            await ledger.close()
        }
    }

    @Test func aClosedLedgerSaysSo() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            await ledger.close()
            await ledger.close()
            #expect(await code { _ = try await ledger.claim(claim("a")) } == .closed)
            #expect(await code { _ = try await ledger.consentKnownAt() } == .closed)
        }
    }

    @Test func aMissingFolderIsNamed() async throws {
        try await withLedgerFile { path async throws in
            await #expect {
                _ = try await openLedger(path + "/sub/ledger.sqlite")
            } throws: { error in
                (error as? LedgerError)?.code == .cannotOpen && "\(error)".contains("/sub/ledger.sqlite")
            }
            let folder = URL(filePath: path).deletingLastPathComponent().path
            #expect(await code { _ = try await openLedger(folder) } == .cannotOpen)
        }
    }

    @Test func whatIsNoDatabaseIsDamaged() async throws {
        try await withLedgerFile { path async throws in
            try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
            #expect(await code { _ = try await openLedger(path) } == .corrupt)
        }
    }

    @Test func aDatabaseOfAnotherProgramIsLeftAlone() async throws {
        try await withLedgerFile { path async throws in
            try await DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE customer (id INTEGER)") }
            #expect(await code { _ = try await openLedger(path) } == .notALedger)
            let tables = try await DatabaseQueue(path: path).read {
                try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema")
            }
            #expect(tables == ["customer"])
        }
    }

    @Test func aNewerSchemaIsNotTouched() async throws {
        try await withLedgerFile { path async throws in
            await (try openLedger(path)).close()
            try await DatabaseQueue(path: path).write {
                try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999')")
            }
            #expect(await code { _ = try await openLedger(path) } == .newerSchema)
        }
    }

    @Test func whoWorksWithItGoesOnWhenANewerVersionBringsItUpToDate() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path) { $0.busyTimeout = .milliseconds(20) }
            _ = try await ledger.claim(claim("a"))
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let newer = try DatabaseQueue(path: path, configuration: configuration)
            try newer.inDatabase { database in
                try database.execute(sql: "BEGIN IMMEDIATE")
                try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999')")
            }
            // Longer than it waits: the connection is given up, and opened again after a while.
            #expect(await code { _ = try await ledger.claim(claim("b")) } == .busy)
            try newer.inDatabase { try $0.execute(sql: "COMMIT") }
            try await succeeds { _ = try await ledger.claim(claim("b")) }
        }
    }

    @Test func aFileThatWasTakenAwayIsNotWrittenToAnyMore() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            _ = try await ledger.claim(claim("a"))
            try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
            #expect(await code { _ = try await ledger.claim(claim("b")) } == .missing)
            #expect(!FileManager.default.fileExists(atPath: path))
            try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
            try await succeeds { _ = try await ledger.claim(claim("b")) }
            #expect(try await !ledger.claim(claim("a", hash: 2)).isSameRequest)
        }
    }

    @Test func anotherLedgerInItsPlaceIsRefused() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            await (try openLedger(path + ".other")).close()
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            try FileManager.default.moveItem(atPath: path + ".other", toPath: path)
            #expect(await code { _ = try await ledger.claim(claim("a")) } == .missing)
            // The first error stands for the pause between two attempts to open.
            var last: LedgerError.Code?
            while last == nil || last == .missing { last = await code { _ = try await ledger.claim(claim("a")) } }
            #expect(last == .replaced)
        }
    }

    @Test func aLockThatLastsIsAnErrorAndWhatIsHeldShortlyIsNot() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path) { $0.busyTimeout = .milliseconds(20) }
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: configuration)
            try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
            #expect(await code { _ = try await ledger.claim(claim("a")) } == .busy)
            // Reading waits for nobody.
            #expect(try await ledger.consentKnownAt() == nil)
            try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
            try await succeeds { _ = try await ledger.claim(claim("a")) }
        }
    }

    @Test func aDamagedPageIsReported() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            for id in 0..<200 { _ = try await ledger.claim(claim("\(id)")) }
            await ledger.close()
            let url = URL(filePath: path)
            var bytes = try Data(contentsOf: url)
            for index in 8192..<bytes.count { bytes[index] = 0xA5 }
            try bytes.write(to: url)
            let damaged = await code {
                let ledger = try await openLedger(path)
                for id in 0..<200 { _ = try await ledger.claim(claim("\(id)")) }
            }
            #expect(damaged == .corrupt)
        }
    }
}

extension LedgerConnection {
    func pragma(_ text: String) -> String? {
        try? queue.unsafeReentrantRead { try String.fetchOne($0, sql: "PRAGMA \(text)") }
    }
}
