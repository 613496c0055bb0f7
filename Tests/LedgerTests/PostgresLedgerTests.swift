import FoundationEssentials
import Messaging
import Postgres
import Synchronization
import Testing

@testable import Ledger

/// What only the ledger on PostgreSQL has to prove: batches, several processes, connections that break.
@Suite(
    .enabled(if: PostgresNode.url != nil, "SWITCHBOARD_TEST_POSTGRES_URL names no database"), .timeLimit(.minutes(2)))
struct PostgresLedgerTests {
    private func count(_ table: String, _ schema: String) async throws -> Int64? {
        try await PostgresNode.withConnection(schema) { connection in
            try await connection.run([PostgresQuery(PostgresStatement("SELECT count(*) FROM \(table)"))])
                .first?.first?.integer(0)
        }
    }

    private func code(_ body: () async throws -> Void) async -> LedgerError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? LedgerError)?.code
        }
    }

    @Test func aBadCallDoesNotFailItsNeighbours() async throws {
        try await withPostgresSchema { schema async throws in
            let ledger = try await openPostgresLedger(schema) { $0.commitWindow = .milliseconds(20) }
            let failed = await withTaskGroup(of: Int?.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        var message = claim("\(number)")
                        if number % 5 == 0 { message.requestHash = [1, 2, 3] }
                        do {
                            _ = try await ledger.claim(message)
                            return nil
                        } catch {
                            return (error as? LedgerError)?.code == .invalid ? number : nil
                        }
                    }
                }
                return await group.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
            }
            #expect(failed == [0, 5, 10, 15])
            #expect(try await count("message", schema) == 16)
            await ledger.close()
        }
    }

    @Test func callsOfManyCallersAreCommittedTogether() async throws {
        try await withPostgresSchema { schema async throws in
            let commits = Mutex<[Int]>([])
            let ledger = try await openPostgresLedger(schema) {
                $0.onCommit = { calls, _ in commits.withLock { $0.append(calls) } }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        _ = try await ledger.claim(claim("\(number)"))
                        _ = try await ledger.begin(start("\(number)", decision: "{7}"))
                    }
                }
                try await group.waitForAll()
            }
            #expect(commits.withLock { $0.reduce(0, +) } == 400)
            #expect(commits.withLock(\.count) < 100)
            #expect(try await count("decision", schema) == 1)
            #expect(try await ledger.claim(claim("7")).decision == Array("{7}".utf8))
            await ledger.close()
        }
    }

    @Test func batchesOfSeveralProcessesOnTheSameRowsAllSucceed() async throws {
        try await withPostgresSchema { schema async throws in
            var ledgers: [PostgresLedger] = []
            for _ in 0..<3 { ledgers.append(try await openPostgresLedger(schema)) }
            let people: [RecipientToken] = (0..<7).map { RecipientToken("ph_k1_\($0)") }
            let granted = try await withThrowingTaskGroup(of: Int?.self) { group in
                for (process, ledger) in ledgers.enumerated() {
                    for number in (0..<120).shuffled() {
                        let person = people[number % 7]
                        group.addTask { try await send(number, to: person, by: "w\(process)", ledger) ? number : nil }
                        group.addTask {
                            try await tell(number, to: person, ledger)
                            return nil
                        }
                    }
                    group.addTask {
                        for tick in 0..<40 {
                            try await ledger.noteTick(
                                bridge: "b\(process)", at: seconds(Double(tick)), isLeaving: false, now: seconds(100))
                        }
                        return nil
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { if let number = $1 { $0[number, default: 0] += 1 } }
            }
            #expect(granted.values.allSatisfy { $0 == 1 })
            #expect(try await count("message", schema) == 120)
            for number in 0..<120 {
                guard case .accepted(1, let found, _) = try await ledgers[0].claim(claim("\(number)")).state else {
                    Issue.record("message \(number) is not accepted")
                    continue
                }
                #expect(found == sid(number))
                #expect(try await !ledgers[1].record(report("\(number)", .sent, sid: sid(number))))
            }
            let last = try await ledgers[2].conversation(recipient: [people[0]], program: program)
            #expect(last?.lastMessageID == "119")
            #expect(try await ledgers[0].consentKnownAt() == seconds(39))
            for ledger in ledgers { await ledger.close() }
        }
    }

    /// A trigger counts with a sequence, which no rollback takes back.
    private func refuseInsertions(_ count: Int, _ schema: String) async throws {
        try await PostgresNode.execute("CREATE SEQUENCE insertion", schema)
        try await PostgresNode.execute(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('insertion') <= \(count) THEN
                    RAISE EXCEPTION USING ERRCODE = '40P01', MESSAGE = 'deadlock';
                END IF;
                RETURN new;
            END $$
            """, schema)
        try await PostgresNode.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION refuse()", schema)
    }

    @Test func aTransactionThatOthersWereInTheWayOfIsDoneAgain() async throws {
        try await withPostgresSchema { schema async throws in
            let ledger = try await openPostgresLedger(schema)
            try await refuseInsertions(3, schema)
            #expect(try await ledger.claim(claim("a")).state == .held(attempts: 0))
            #expect(try await ledger.begin(start("a")) == .granted)
            #expect(try await count("message", schema) == 1)
            await ledger.close()
        }
        try await withPostgresSchema { schema async throws in
            let ledger = try await openPostgresLedger(schema)
            try await refuseInsertions(1000, schema)
            #expect(await code { _ = try await ledger.claim(claim("a")) } == .busy)
            #expect(try await count("message", schema) == 0)
            await ledger.close()
        }
    }

    @Test func changesOfOnePersonByManyAreAllCounted() async throws {
        try await withPostgresSchema { schema async throws in
            let ledgers = [try await openPostgresLedger(schema), try await openPostgresLedger(schema)]
            let applied = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<100 {
                    let kind: ConsentChange.Kind = number % 2 == 0 ? .revoked : .granted
                    // Each comes twice, to two recorders.
                    for ledger in ledgers {
                        group.addTask {
                            try await ledger.apply(change(kind, sid(number), at: seconds(Double(number))))
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            let facts = try await ledgers[0].facts(recipient: [.anna], program: program)
            #expect(facts.consent == .granted)
            #expect(facts.consentEpoch == Int64(applied))
            for ledger in ledgers { await ledger.close() }
        }
    }

    @Test func manyMayOpenANewSchemaAtOnce() async throws {
        try await withPostgresSchema { schema async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 0..<8 {
                    group.addTask {
                        let ledger = try await openPostgresLedger(schema)
                        _ = try await ledger.claim(claim("\(id)"))
                        await ledger.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await count("message", schema) == 8)
            #expect(try await count("ledger", schema) == 1)
        }
    }

    @Test func connectionsThatAreKilledComeBackAndNothingIsLost() async throws {
        try await withPostgresSchema { schema async throws in
            let ledger = try await openPostgresLedger(schema) { $0.connection.applicationName = schema }
            _ = try await ledger.claim(claim("a"))
            #expect(try await ledger.begin(start("a")) == .granted)
            _ = try await ledger.consentKnownAt()
            for _ in 0..<3 {
                try await PostgresNode.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '\(schema)'",
                    schema)
                // The first call may find the connection broken; then it throws, and one that follows has a new one.
                let first = await code { _ = try await ledger.claim(claim("b")) }
                #expect(first == nil || first == .unreachable)
                while await code({ _ = try await ledger.claim(claim("a")) }) == .unreachable {}
                while await code({ _ = try await ledger.consentKnownAt() }) == .unreachable {}
            }
            #expect(
                try await ledger.claim(claim("a")).state == .attempting(attempt: 1, worker: "w1", since: noon))
            await ledger.close()
            #expect(await code { _ = try await ledger.claim(claim("a")) } == .closed)
            #expect(await code { _ = try await ledger.consentKnownAt() } == .closed)
        }
    }

    @Test func anotherLedgerInItsPlaceIsNotWrittenTo() async throws {
        try await withPostgresSchema { schema async throws in
            let ledger = try await openPostgresLedger(schema)
            _ = try await ledger.claim(claim("a"))
            try await PostgresNode.execute("DROP SCHEMA \(schema) CASCADE", schema)
            #expect(await code { _ = try await ledger.claim(claim("b")) } == .missing)
            let other = try await openPostgresLedger(schema)
            #expect(await code { _ = try await ledger.claim(claim("b")) } == .replaced)
            #expect(try await count("message", schema) == 0)
            await other.close()
            await ledger.close()
        }
    }

    @Test func aNewerVersionAndAnotherProgramsSchemaAreLeftAlone() async throws {
        try await withPostgresSchema { schema async throws in
            await (try openPostgresLedger(schema)).close()
            try await PostgresNode.execute("UPDATE ledger SET version = 99", schema)
            #expect(await code { _ = try await openPostgresLedger(schema) } == .newerSchema)
        }
        try await withPostgresSchema { schema async throws in
            try await PostgresNode.execute("CREATE SCHEMA \(schema)", schema)
            try await PostgresNode.execute("CREATE TABLE theirs (id integer)", schema)
            #expect(await code { _ = try await openPostgresLedger(schema) } == .notALedger)
            #expect(try await count("theirs", schema) == 0)
        }
    }

    @Test func whoWorksWithItGoesOnWhenANewerVersionBringsItUpToDate() async throws {
        try await withPostgresSchema { schema async throws in
            let setUp = LedgerSetUp(schema: schema, creates: true)
            try await PostgresNode.withConnection(schema) { try await setUp.prepare($0) }
            try await PostgresNode.execute("UPDATE ledger SET version = 99", schema)
            try await PostgresNode.withConnection(schema) { try await setUp.prepare($0) }
            let late = LedgerSetUp(schema: schema, creates: true)
            #expect(
                await code { try await PostgresNode.withConnection(schema) { try await late.prepare($0) } }
                    == .newerSchema)
        }
    }

    @Test func aWrongPasswordIsNoDatabaseThatIsAway() async throws {
        let text = try #require(PostgresNode.url)
        let url = try PostgresURL(text.replacing(#/:[^:@]+@/#, with: ":hunter2@"))
        do {
            _ = try await PostgresLedger.open(url, logger: silent)
            Issue.record("was let in")
        } catch {
            #expect(error.code == .unreachable && !error.isAway)
            #expect(error.sqlState == "28P01")
            #expect(!"\(error)".contains("hunter2"))
        }
    }
}

/// What a worker does with a message; whether it won the attempt.
private func send(
    _ number: Int, to person: RecipientToken, by worker: String, _ ledger: PostgresLedger
) async throws -> Bool {
    _ = try await ledger.claim(claim("\(number)", recipient: [person]))
    let begin = start("\(number)", worker: worker, recipient: [person])
    guard try await ledger.begin(begin) == .granted else { return false }
    let answer = Settlement.Result.accepted(Acceptance(sid: sid(number), status: "queued"))
    #expect(try await ledger.settle(settlement("\(number)", worker: worker, answer)))
    return true
}

/// What a recorder does with a message's events.
private func tell(_ number: Int, to person: RecipientToken, _ ledger: PostgresLedger) async throws {
    let accepted = report(
        "\(number)", .accepted, sid: sid(number), attempt: 1, at: seconds(Double(number))
    ) {
        $0.recipient = person
        $0.program = program
    }
    _ = try await ledger.record(accepted)
    _ = try await ledger.record(report("\(number)", .delivered, sid: sid(number), attempt: 1))
}
