import Foundation
import GRDB
import Messaging
import Postgres
import Testing

@testable import Ledger

/// What the ledger asks for costs as much in a large ledger as in a small one: every row is found by an index.
@Suite struct QueryPlanTests {
    /// Tables of a few rows, which may be read whole: one, or as many as there are bridges, accounts, or messages whose final
    /// status is still awaited (these only for what operators are shown).
    private let small: Set<String> = ["bridge", "pruning", "ledger", "inbound_listing", "awaited"]

    /// Every statement that a class holds.
    private func statements(of value: Any) -> [PreparedStatement] {
        Mirror(reflecting: value).children.flatMap { child -> [PreparedStatement] in
            if let statement = child.value as? PreparedStatement { return [statement] }
            if let statements = child.value as? [String: PreparedStatement] { return Array(statements.values) }
            return child.value is LedgerTables || child.label.map(tables.contains) == true
                ? statements(of: child.value) : []
        }
    }

    private let tables: Set<String> = [
        "names", "messages", "progress", "decisions", "consents", "bridges", "conversations", "awaited",
        "inbound", "traffic", "numbers",
    ]

    @Test func noStatementReadsATableWhole() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            let scans = try await ledger.write { connection throws(LedgerError) -> [String] in
                let all = self.statements(of: connection.tables) + self.statements(of: try connection.pruneTable())
                #expect(all.count >= 40)
                var scans: [String] = []
                for statement in all {
                    scans += try connection.query { database in
                        // A plan needs no values.
                        let plan = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(statement.sql)")
                        plan.setUncheckedArguments(StatementArguments())
                        return try Row.fetchAll(plan)
                            .compactMap { row -> String? in row["detail"] }
                            .filter { self.isFullScan($0) }.map { "\($0): \(statement.sql)" }
                    }
                }
                return scans
            }
            // What no recorder has seen yet is little, and asked for by those alone who look for a lost call.
            #expect(scans == ["SCAN answered: SELECT message FROM answered WHERE sid = ?"])
            await ledger.close()
        }
    }

    /// Such as `SCAN message`; `SCAN … USING INDEX` reads an index whole.
    private func isFullScan(_ detail: String) -> Bool {
        let words = detail.split(separator: " ")
        return words.first == "SCAN" && words.count > 1 && words[1] != "CONSTANT" && !small.contains(String(words[1]))
    }

    /// What the server counts while a ledger is used.
    @Test(.enabled(if: PostgresNode.url != nil, "SWITCHBOARD_TEST_POSTGRES_URL names no database"))
    func noCallReadsATableOfTheDatabaseWhole() async throws {
        try await withPostgresSchema { schema async throws in
            let url = try await role(schema)
            var options = PostgresLedger.Options()
            options.schema = schema
            await (try openPostgresLedger(schema)).close()
            let before = try await scans(schema)
            let ledger = try await PostgresLedger.open(url, options: options, logger: silent)
            try await useEverything(ledger)
            await ledger.close()
            let after = try await scans(schema)
            #expect(after.keys.contains("message") && after.keys.contains("provider_id"))
            for (table, count) in after where !small.contains(table) {
                #expect(count == before[table] ?? 0, "\(table) was read whole")
            }
            try await PostgresNode.execute("DROP ROLE \(schema)", schema)
        }
    }

    /// A user whose statements read no table whole where there is another way.
    private func role(_ name: String) async throws -> PostgresURL {
        try await PostgresNode.execute("CREATE ROLE \(name) LOGIN SUPERUSER PASSWORD '\(name)'", name)
        try await PostgresNode.execute("ALTER ROLE \(name) SET enable_seqscan = off", name)
        let text = try #require(PostgresNode.url).replacing(#/\/[^\/@]+@/#, with: "/\(name):\(name)@")
        return try PostgresURL(text)
    }

    /// Statistics of a connection are there when it has ended.
    private func scans(_ schema: String) async throws -> [String: Int64] {
        try await PostgresNode.withConnection(schema) { connection in
            var scans: [String: Int64] = [:]
            var isOpen = true
            while isOpen {
                let others = try await connection.run([
                    PostgresQuery(
                        PostgresStatement(
                            """
                            SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                            JOIN pg_stat_activity a ON a.pid = l.pid
                            WHERE c.relnamespace = current_schema()::regnamespace AND l.pid <> pg_backend_pid()
                            """))
                ])
                isOpen = try others.first?.first?.integer(0) ?? 0 > 0
            }
            let rows = try await connection.run([
                PostgresQuery(
                    PostgresStatement(
                        """
                        SELECT relname::text, coalesce(seq_scan, 0) FROM pg_stat_user_tables
                        WHERE schemaname = current_schema()
                        """))
            ])
            for row in rows.first?.rows ?? [] { scans[try row.text(0)] = try row.integer(1) }
            return scans
        }
    }

    private func useEverything(_ ledger: PostgresLedger) async throws {
        for id in ["a", "b", "c", "d"] { _ = try await ledger.claim(claim(id)) }
        _ = try await ledger.claim(claim("a", recipient: [.annaNew, .anna], at: seconds(100_000)))
        for id in ["a", "b", "c"] { _ = try await ledger.begin(start(id)) }
        _ = try await ledger.settle(settlement("a", .accepted(Acceptance(sid: sid(1), status: "queued"))))
        _ = try await ledger.settle(settlement("b", .refused(code: 1)))
        _ = try await ledger.settle(settlement("c", .unknown))
        _ = try await ledger.settleFound(
            .shop("c"), attempt: 1, Acceptance(sid: sid(2), status: "sent"), now: noon)
        try await ledger.noteDeferral(.shop("d"), reason: "x", now: noon)
        try await ledger.close(.shop("d"), as: .blocked, decision: [1], now: noon)
        _ = try await ledger.reopen(.shop("b"), now: noon)
        let accepted = report("a", .accepted, sid: sid(1)) {
            $0.recipient = .anna
            $0.program = program
        }
        for report in [accepted, report("e", .sent, sid: sid(5)), report(nil, .delivered, sid: sid(1))] {
            _ = try await ledger.record(report)
        }
        _ = try await ledger.apply(change(.revoked, sid(7)))
        _ = try await ledger.claim(claim("f", recipient: [.annaNew, .anna]))
        _ = try await ledger.known(sids: [sid(1), sid(2)])
        _ = try await ledger.facts(recipient: [.anna, .annaNew], program: program)
        _ = try await ledger.conversation(recipient: [.anna], program: program)
        try await ledger.noteTick(bridge: "b1", at: noon, isLeaving: true, now: noon)
        _ = try await ledger.consentKnownAt()
        try await useTraffic(ledger)
        _ = try await ledger.claim(claim("z", at: seconds(500 * 86_400)))
        var outcome = PruneStep.Outcome.goesOn
        while outcome == .goesOn {
            outcome = try await ledger.prune(
                PruneRequest(
                    retention: .floor, now: seconds(500 * 86_400), holder: "r1", interval: 0)
            ).outcome
        }
    }

    private func useTraffic(_ ledger: PostgresLedger) async throws {
        var question = TrafficQuestion(purpose: "spring", kind: 8)
        question.caps = [
            TrafficQuestion.Cap(TrafficQuestion.Count(kinds: 8, seconds: 86_400, scope: .program), limit: 3)
        ]
        (question.countsFor, question.badNumberAge, question.reassignedAge) = (86_400, 86_400, 86_400)
        question.prefix = TrafficQuestion.Prefix("14155", limit: 9)
        (question.asksLastInbound, question.asksFirstOfProgram) = (true, true)
        let person: [RecipientToken] = [.annaNew, .anna]
        for id in ["t1", "t2"] {
            var (asking, counting) = (claim(id, recipient: person), start(id, recipient: person, epoch: 1))
            (asking.traffic, counting.traffic) = (question, question)
            _ = try await ledger.claim(asking)
            #expect(try await ledger.begin(counting) == .granted)
            var end = settlement(id, id == "t1" ? .held : .unknown)
            end.counted = counting
            #expect(try await ledger.settle(end))
            counting.attempt = 2
            #expect(try await ledger.begin(counting) == .granted)
        }
        for (status, code) in [(MessageStatus.undelivered, 30006), (.delivered, nil)] {
            _ = try await ledger.record(
                report("t1", status, sid: sid(8), at: seconds(1)) {
                    ($0.errorCode, $0.recipient, $0.channel) = (code, .anna, .sms)
                })
        }
        var note = InboundNote(sid: sid(9), at: noon)
        (note.recipient, note.channel, note.senders) = (.anna, .sms, [program])
        try await ledger.noteInbound(note)
    }
}
