import FoundationEssentials
import GRDB
import Messaging
import Testing

@testable import Ledger

/// Which messages lack a final status, and who asks about them.
@Suite struct AwaitedTests {
    private static let person = RecipientReference(
        token: .anna, masked: "+1********10", country: "US", id: "crm-42")

    private func origin(_ id: String, account: String = "retail") -> MessageOrigin {
        var message = MessageContext(
            messageID: id, app: "shop", messageClass: .promotional, purpose: "spring", channel: .sms, account: account,
            sender: "alerts", attempt: 1)
        message.metadata = ["campaign": "spring \"1\""]
        message.correlationID = "cart-9"
        return MessageOrigin(message: message, recipient: Self.person)
    }

    private func accepted(
        _ id: String, _ number: Int, account: String = "retail", at: Date = noon, due: Double = 100
    ) -> StatusReport {
        report(id, .accepted, sid: sid(number), attempt: 1, at: at) {
            $0.recipient = .anna
            $0.origin = origin(id, account: account)
            $0.lookAt = at.addingTimeInterval(due)
        }
    }

    private func take(
        _ ledger: any AwaitedLedger, account: String = "retail", at: Double = 100, until: Double = 1000, limit: Int = 10
    ) async throws -> [AwaitedStatus] {
        try await ledger.takeDue(
            account: account, now: seconds(at), leasedUntil: seconds(until), limit: limit)
    }

    private func send(_ ledger: any LedgerStore, _ id: String, _ number: Int) async throws {
        _ = try await ledger.claim(claim(id))
        _ = try await ledger.begin(start(id))
        let answer = Acceptance(sid: sid(number), status: "queued")
        #expect(try await ledger.settle(settlement(id, .accepted(answer))))
    }

    @Test(arguments: TestedLedger.allCases)
    func anAcceptedMessageIsDueAfterItsTimeWithAllThatEventsSay(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await send(ledger, "a", 7)
            _ = try await ledger.record(accepted("a", 7))
            #expect(try await take(ledger, at: 99) == [])
            #expect(try await take(ledger, account: "other") == [])
            #expect(
                try await take(ledger) == [
                    AwaitedStatus(
                        key: .shop("a"), sid: sid(7), origin: origin("a"), acceptedAt: noon, looks: 0)
                ])
        }
    }

    @Test(arguments: TestedLedger.allCases, [MessageStatus.delivered, .undelivered, .failed, .canceled, .abandoned])
    func aFinalStatusEndsIt(_ store: TestedLedger, _ status: MessageStatus) async throws {
        try await store.run { ledger async throws in
            for id in ["a", "b", "c"] { try await send(ledger, id, id == "a" ? 7 : id == "b" ? 8 : 9) }
            for (id, number) in [("a", 7), ("b", 8), ("c", 9)] { _ = try await ledger.record(accepted(id, number)) }
            _ = try await ledger.record(report("a", .sent, sid: sid(7)))
            #expect(try await ledger.record(report("a", status, sid: sid(7))))
            // Without our query the provider's id finds it.
            _ = try await ledger.record(report(nil, status, sid: sid(8)))
            #expect(try await take(ledger).map(\.sid) == [sid(9)])
            // What was told late, or is told again, brings it back no more.
            _ = try await ledger.record(accepted("a", 7))
            #expect(try await take(ledger, at: 2000, until: 3000).map(\.sid) == [sid(9)])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aFinalStatusThatIsFasterThanTheAcceptanceLeavesNothingToAwait(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await send(ledger, "a", 7)
            _ = try await ledger.record(report("a", .delivered, sid: sid(7)))
            _ = try await ledger.record(accepted("a", 7))
            // Not even where the ledger never saw the message.
            _ = try await ledger.record(report("b", .delivered, sid: sid(8)))
            _ = try await ledger.record(accepted("b", 8))
            #expect(try await take(ledger) == [])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageThatThisLedgerNeverSawIsAwaitedAsWell(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.record(accepted("a", 7))
            #expect(try await take(ledger).map(\.sid) == [sid(7)])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func withoutAnOriginNobodyAsks(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await send(ledger, "a", 7)
            _ = try await ledger.record(report("a", .accepted, sid: sid(7)))
            #expect(try await ledger.awaited(now: seconds(1000)) == [])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatIsTakenIsNobodyElsesUntilItsLeaseEnds(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            for number in 1...5 {
                _ = try await ledgers[0].record(accepted("\(number)", number, due: Double(100 - number)))
            }
            #expect(try await take(ledgers[0], limit: 2).map(\.sid) == [sid(5), sid(4)])
            #expect(try await take(ledgers[1]).map(\.sid) == [sid(3), sid(2), sid(1)])
            #expect(try await take(ledgers[1], at: 999) == [])
            #expect(try await take(ledgers[1], at: 1000, until: 2000).count == 5)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func manyWhoTakeAtOnceGetEachMessageOnce(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            for number in 1...60 { _ = try await ledgers[0].record(accepted("\(number)", number)) }
            let taken = try await withThrowingTaskGroup(of: [String].self) { group in
                for number in 0..<12 {
                    let ledger = ledgers[number % 2]
                    group.addTask {
                        try await ledger.takeDue(
                            account: "retail", now: seconds(100), leasedUntil: seconds(1000), limit: 7
                        ).map(\.sid)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(taken).count == taken.count)
            // SKIP LOCKED may leave some to the next.
            let rest = try await take(ledgers[0], limit: 100).map(\.sid)
            #expect(Set(taken + rest).count == 60)
            #expect(taken.count + rest.count == 60)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aLookIsCountedAndPutsTheNextOff(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.record(accepted("a", 7))
            _ = try await take(ledger)
            try await ledger.noteLook(.shop("a"), looks: 1, next: seconds(5000))
            #expect(try await take(ledger, at: 4999, until: 6000) == [])
            // Somebody whose lease had ended comes too late.
            try await ledger.noteLook(.shop("a"), looks: 1, next: seconds(1))
            #expect(try await take(ledger, at: 4999, until: 6000) == [])
            #expect(try await take(ledger, at: 5000, until: 6000).map(\.looks) == [1])
            // What is awaited no longer, or was never known, changes nothing.
            try await ledger.noteLook(.shop("b"), looks: 1, next: seconds(1))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatCouldNotBeAskedAboutIsPutOffAndNotCounted(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.record(accepted("a", 7))
            let taken = try #require(try await take(ledger, until: 6000).first)
            try await ledger.putOff(taken, until: seconds(500))
            #expect(try await take(ledger, at: 499, until: 6000) == [])
            #expect(try await take(ledger, at: 500, until: 6000).map(\.looks) == [0])
            try await ledger.noteLook(.shop("a"), looks: 1, next: seconds(5000))
            // Somebody else has looked meanwhile.
            try await ledger.putOff(taken, until: seconds(1))
            #expect(try await take(ledger, at: 4999, until: 6000) == [])
            #expect(try await take(ledger, at: 5000, until: 6000).map(\.looks) == [1])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anotherAttemptsSIDTakesThePlaceOfTheFirst(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.record(accepted("a", 7))
            _ = try await take(ledger)
            try await ledger.noteLook(.shop("a"), looks: 1, next: seconds(5000))
            _ = try await ledger.record(accepted("a", 7, at: seconds(60)))
            #expect(try await take(ledger, at: 4999, until: 6000) == [])
            _ = try await ledger.record(accepted("a", 8, at: seconds(60)))
            let due = try await take(ledger, at: 160, until: 6000)
            #expect(due.map(\.sid) == [sid(8)])
            #expect(due.map(\.looks) == [0])
            #expect(due.map(\.acceptedAt) == [seconds(60)])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatIsAwaitedIsCountedByAccount(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for (number, account) in [(1, "retail"), (2, "retail"), (3, "bank")] {
                _ = try await ledger.record(accepted("\(number)", number, account: account, due: Double(number) * 10))
            }
            #expect(
                try await ledger.awaited(now: seconds(15)) == [
                    AwaitedCount(account: "bank", all: 1, due: 0, dueSince: nil),
                    AwaitedCount(account: "retail", all: 2, due: 1, dueSince: seconds(10)),
                ])
        }
    }

    /// What a message costs must not grow with the ledger: the search for what is due reads an index from its beginning.
    @Test func whatIsDueIsFoundInAnIndexOnSQLite() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            _ = try await ledger.record(accepted("a", 7))
            await ledger.close()
            let plan = try await DatabaseQueue(path: path).read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        EXPLAIN QUERY PLAN SELECT awaited.message FROM awaited JOIN message ON message.id = awaited.message
                        WHERE account = 1 AND due <= 2 ORDER BY due LIMIT 3
                        """
                ).map { row in row["detail"] as String }
            }
            #expect(plan.contains { $0.contains("awaited_due (account=? AND due<?)") }, "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }
}
