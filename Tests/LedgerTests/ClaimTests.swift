import FoundationEssentials
import Ledger
import Messaging
import Testing

@Suite struct ClaimTests {
    @Test(arguments: TestedLedger.allCases)
    func aNewMessageIsHeld(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let claimed = try await ledger.claim(claim("a"))
            #expect(claimed.state == .held(attempts: 0))
            #expect(claimed.isSameRequest)
            #expect(claimed.firstSeenAt == noon)
            #expect(claimed.changedAt == noon)
            #expect(claimed.decision == nil)
            #expect(claimed.deferralReason == nil)
            #expect(claimed.facts == RecipientFacts(consent: .none, consentEpoch: 0))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aRepeatFindsTheFirst(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            let again = try await ledger.claim(claim("a", at: seconds(60)))
            #expect(again.isSameRequest)
            #expect(again.firstSeenAt == noon)
            #expect(again.state == .held(attempts: 0))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anotherRequestOfTheSameIDIsAConflictAndChangesNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a", hash: 1))
            let other = try await ledger.claim(claim("a", hash: 2, recipient: [.ben]))
            #expect(!other.isSameRequest)
            let first = try await ledger.claim(claim("a", hash: 1))
            #expect(first.isSameRequest)
            #expect(first.state == .held(attempts: 0))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func idsOfTwoAppsAreTwoMessages(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a", hash: 1))
            var other = claim("a", hash: 2)
            other.key = MessageKey(app: "bank", messageID: "a")
            #expect(try await ledger.claim(other).isSameRequest)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aDeferralIsRemembered(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            try await ledger.noteDeferral(.shop("a"), reason: "quiet-hours.us-fl", now: noon)
            let claimed = try await ledger.claim(claim("a"))
            #expect(claimed.deferralReason == "quiet-hours.us-fl")
            #expect(claimed.state == .held(attempts: 0))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aHeldMessageEndsWithoutACall(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            try await ledger.close(.shop("a"), as: .blocked, decision: Array("{1}".utf8), now: seconds(1))
            let claimed = try await ledger.claim(claim("a", at: seconds(9)))
            #expect(claimed.state == .closed(.blocked))
            #expect(claimed.decision == Array("{1}".utf8))
            #expect(claimed.changedAt == seconds(1))
            #expect(try await ledger.begin(start("a")) == .superseded(.closed(.blocked)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func closingTwiceKeepsTheFirstDecision(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            try await ledger.close(.shop("a"), as: .dropped, decision: [0x31], now: noon)
            try await ledger.close(.shop("a"), as: .dropped, decision: [0x32], now: seconds(1))
            #expect(try await ledger.claim(claim("a")).decision == [0x31])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageThatIsBeingCalledDoesNotEndWithoutACall(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            #expect(try await ledger.begin(start("a")) == .granted)
            await #expect(throws: (any Error).self) {
                try await ledger.close(.shop("a"), as: .blocked, decision: nil, now: noon)
            }
            #expect(
                try await ledger.claim(claim("a")).state == .attempting(attempt: 1, worker: "w1", since: noon))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatWasNeverClaimedIsAnError(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            await #expect(throws: (any Error).self) { _ = try await ledger.begin(start("a")) }
            await #expect(throws: (any Error).self) { _ = try await ledger.settle(settlement("a", .unknown)) }
            await #expect(throws: (any Error).self) {
                try await ledger.noteDeferral(.shop("a"), reason: "rate", now: noon)
            }
            await #expect(throws: (any Error).self) {
                try await ledger.close(.shop("a"), as: .blocked, decision: nil, now: noon)
            }
            _ = try await ledger.claim(claim("a"))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func textsOfAnyKindStandUnchanged(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let reason = "a\u{0}b'; DROP TABLE message; -- \u{1F600}" + String(repeating: "x", count: 40_000)
            _ = try await ledger.claim(claim("a"))
            try await ledger.noteDeferral(.shop("a"), reason: reason, now: noon)
            #expect(try await ledger.claim(claim("a")).deferralReason == reason)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anyInstantCanBeStored(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for (index, instant) in [
                Date.distantFuture, .distantPast, Date(timeIntervalSince1970: .infinity),
                Date(timeIntervalSince1970: -.infinity), Date(timeIntervalSince1970: .nan),
            ].enumerated() {
                #expect(try await ledger.claim(claim("\(index)", at: instant)).state == .held(attempts: 0))
            }
        }
    }
}
