import FoundationEssentials
import Ledger
import Messaging
import Testing

/// Which messages from people have become events, and how far they were compared with the provider's list.
@Suite struct InboundTests {
    private func take(
        _ ledger: any InboundLedger, at: Double, before: Double = 0, first: Double = -10, until: Double = 1000
    ) async throws -> Date? {
        try await ledger.takeListing(
            account: "retail", now: seconds(at), before: seconds(before), first: seconds(first),
            leasedUntil: seconds(until))
    }

    @Test(arguments: TestedLedger.allCases)
    func whatIsNotedIsSeen(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await ledger.noteInbound(sid: sid(1), at: noon)
            try await ledger.noteInbound(sid: sid(1), at: seconds(5))
            try await ledger.noteInbound(sid: sid(3), at: noon)
            #expect(try await ledger.seenInbound([sid(1), sid(2), sid(3)]) == [sid(1), sid(3)])
            #expect(try await ledger.seenInbound([]) == [])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func manyRecordersMayNoteTheSame(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in (1...40).shuffled() {
                    for ledger in ledgers {
                        group.addTask { try await ledger.noteInbound(sid: sid(number), at: noon) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await ledgers[1].seenInbound((1...41).map { sid($0) }).count == 40)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theOldestAreForgottenFirst(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for number in 1...5 { try await ledger.noteInbound(sid: sid(number), at: seconds(Double(number))) }
            #expect(try await ledger.forgetInbound(before: seconds(4), limit: 2) == 2)
            #expect(try await ledger.seenInbound((1...5).map { sid($0) }) == [sid(3), sid(4), sid(5)])
            #expect(try await ledger.forgetInbound(before: seconds(4), limit: 2) == 1)
            #expect(try await ledger.forgetInbound(before: seconds(4), limit: 2) == 0)
            #expect(try await ledger.seenInbound((1...5).map { sid($0) }) == [sid(4), sid(5)])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aComparisonIsOnesAloneUntilItIsCompleteOrItsLeaseEnds(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            #expect(try await ledgers[0].listings() == [])
            #expect(try await take(ledgers[0], at: 100) == seconds(-10))
            #expect(try await take(ledgers[1], at: 200, first: -5) == nil)
            #expect(try await take(ledgers[1], at: 1000, until: 2000) == seconds(-10))
            try await ledgers[1].noteListing(account: "retail", completeTo: seconds(900))
            #expect(try await take(ledgers[0], at: 1100) == nil)
            #expect(try await take(ledgers[0], at: 2000, before: 900) == seconds(900))
            // Never back.
            try await ledgers[0].noteListing(account: "retail", completeTo: seconds(5))
            #expect(
                try await ledgers[1].listings() == [InboundListing(account: "retail", completeTo: seconds(900))])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatIsTooNewIsNotCompared(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await take(ledger, at: 100, before: -20, first: -10) == nil)
            #expect(try await take(ledger, at: 200, before: -10, first: 50) == seconds(-10))
        }
    }
}
