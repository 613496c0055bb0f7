import Messaging
import Testing

@testable import Ledger

/// What operators do with a ledger that many processes share.
@Suite(
    .enabled(if: PostgresNode.url != nil, "SWITCHBOARD_TEST_POSTGRES_URL names no database"), .timeLimit(.minutes(2)))
struct PostgresUpkeepTests {
    private func code(_ body: () async throws -> Void) async -> LedgerError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? LedgerError)?.code
        }
    }

    private func openExisting(_ schema: String) async throws {
        try await openPostgresLedger(schema) { $0.createsSchema = false }.close()
    }

    @Test func noLedgerIsMadeWhereNoneMayBe() async throws {
        try await withPostgresSchema { schema async throws in
            #expect(await code { try await openExisting(schema) } == .absent)
            // Not even the schema was made; an empty one that an administrator made is no ledger either.
            try await PostgresNode.execute("CREATE SCHEMA \(schema)", schema)
            #expect(await code { try await openExisting(schema) } == .absent)
            try await openPostgresLedger(schema).close()
            try await openExisting(schema)
        }
    }

    @Test func whatIsAnotherProgramsIsNamedAsSuch() async throws {
        try await withPostgresSchema { schema async throws in
            try await PostgresNode.execute("CREATE SCHEMA \(schema)", schema)
            try await PostgresNode.execute("CREATE TABLE \(schema).another (id int)", schema)
            #expect(await code { try await openExisting(schema) } == .notALedger)
        }
    }

    @Test func ofTwoKeysWithOneIdOnlyOneIsAdmitted() async throws {
        try await withPostgresSchema { schema async throws in
            var ledgers: [PostgresLedger] = []
            for _ in 0..<4 { ledgers.append(try await openPostgresLedger(schema)) }
            let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for (number, ledger) in ledgers.enumerated() {
                    group.addTask {
                        let fingerprint = [UInt8](repeating: UInt8(number), count: 8)
                        return try await ledger.admit([TokenKeyFingerprint(id: "k1", fingerprint: fingerprint)]) == []
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(admitted == 1)
            for ledger in ledgers { await ledger.close() }
        }
    }

    @Test func whatIsFoundAndReopenedByManyMovesOnce() async throws {
        try await withPostgresSchema { schema async throws in
            let ledgers = [try await openPostgresLedger(schema), try await openPostgresLedger(schema)]
            _ = try await ledgers[0].claim(claim("a"))
            _ = try await ledgers[0].begin(start("a"))
            _ = try await ledgers[0].settle(settlement("a", .unknown))
            let found = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        try await ledgers[number % 2].settleFound(
                            .shop("a"), attempt: 1, Acceptance(sid: sid(1), status: "sent"), now: noon)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(found == 1)
            #expect(try await ledgers[1].known(sids: [sid(1), "a\u{0}b"]) == [sid(1)])
            for ledger in ledgers { await ledger.close() }
        }
    }
}
