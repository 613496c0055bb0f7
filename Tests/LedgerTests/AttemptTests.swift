import FoundationEssentials
import Ledger
import Messaging
import Testing

@Suite struct AttemptTests {
    @Test(arguments: TestedLedger.allCases)
    func oneWorkerWinsAnAttempt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            #expect(try await ledger.begin(start("a", decision: "{7}", at: seconds(2))) == .granted)
            let attempting = AttemptState.attempting(attempt: 1, worker: "w1", since: seconds(2))
            #expect(try await ledger.begin(start("a", worker: "w2")) == .superseded(attempting))
            let claimed = try await ledger.claim(claim("a"))
            #expect(claimed.state == attempting)
            #expect(claimed.decision == Array("{7}".utf8))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aClaimMayBeginItsAttempt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let (first, begun) = try await ledger.claim(claim("a")) { claimed in
                claimed.state == .held(attempts: 0) ? start("a", epoch: claimed.facts.consentEpoch) : nil
            }
            #expect(first.state == .held(attempts: 0))
            #expect(begun?.grant == .granted)
            let attempting = AttemptState.attempting(attempt: 1, worker: "w1", since: noon)
            // What another one asks for on top is weighed like any other wish.
            let (second, late) = try await ledger.claim(claim("a")) { _ in start("a", worker: "w2") }
            #expect(second.state == attempting)
            #expect(late?.grant == .superseded(attempting))
            let (third, nothing) = try await ledger.claim(claim("a")) { _ in nil }
            #expect(third.state == attempting)
            #expect(nothing == nil)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aClaimThatBeginsItsAttemptSeesTheConsentThatCounts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.apply(change(.revoked, sid(1))))
            let (claimed, begun) = try await ledger.claim(claim("a")) { claimed in
                claimed.facts.consent == .revoked ? nil : start("a", epoch: claimed.facts.consentEpoch)
            }
            #expect(claimed.facts.consent == .revoked)
            #expect(begun == nil)
            #expect(try await ledger.claim(claim("a")).state == .held(attempts: 0))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anAttemptMustBeTheNext(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            for attempt in [0, 2, -1, .max, .min] {
                #expect(try await ledger.begin(start("a", attempt: attempt)) == .superseded(.held(attempts: 0)))
            }
            #expect(try await ledger.begin(start("a", attempt: 1)) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatTheProviderDidNotTakeMayBeOfferedAgain(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            #expect(try await ledger.settle(settlement("a", .held)))
            #expect(try await ledger.claim(claim("a")).state == .held(attempts: 1))
            #expect(try await ledger.begin(start("a", attempt: 1)) == .superseded(.held(attempts: 1)))
            #expect(try await ledger.begin(start("a", attempt: 2, worker: "w2")) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func consentThatChangedStopsTheAttempt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let claimed = try await ledger.claim(claim("a"))
            #expect(try await ledger.apply(change(.revoked, sid(1))))
            #expect(try await ledger.begin(start("a", epoch: claimed.facts.consentEpoch)) == .factsChanged)
            let again = try await ledger.claim(claim("a"))
            #expect(again.state == .held(attempts: 0))
            #expect(again.facts.consent == .revoked)
            #expect(try await ledger.begin(start("a", epoch: again.facts.consentEpoch)) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anotherPersonsConsentStopsNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            #expect(try await ledger.apply(change(.revoked, sid(1), recipient: .ben)))
            var elsewhere = change(.revoked, sid(2))
            elsewhere.programs = ["+15005550006"]
            #expect(try await ledger.apply(elsewhere))
            #expect(try await ledger.begin(start("a")) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anExpiredMessageIsJudgedAgain(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            #expect(try await ledger.begin(start("a", at: seconds(5), expiresAt: seconds(5))) == .factsChanged)
            #expect(try await ledger.begin(start("a", at: seconds(4), expiresAt: seconds(5))) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whoeverMovedTheMessageMattersMoreThanFacts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a", at: noon))
            _ = try await ledger.apply(change(.revoked, sid(1)))
            #expect(
                try await ledger.begin(start("a", worker: "w2"))
                    == .superseded(.attempting(attempt: 1, worker: "w1", since: noon)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anUnknownOutcomeMayBeTriedAgain(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            #expect(try await ledger.settle(settlement("a", .unknown, at: seconds(3))))
            #expect(try await ledger.claim(claim("a")).state == .unknown(attempt: 1, since: seconds(3)))
            #expect(try await ledger.begin(start("a", attempt: 2)) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func ofManyOnlyOneIsGranted(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            let granted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for worker in 0..<40 {
                    group.addTask { try await ledger.begin(start("a", worker: "w\(worker)")) == .granted }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(granted == 1)
        }
    }
}
