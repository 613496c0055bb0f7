import FoundationEssentials
import Ledger
import Messaging
import Testing

@Suite struct ConsentTests {
    private func consent(
        _ ledger: any StatusLedger, _ recipient: [RecipientToken] = [.anna]
    ) async throws -> RecipientFacts.Consent {
        try await ledger.facts(recipient: recipient, program: program).consent
    }

    @Test(arguments: TestedLedger.allCases)
    func aChangeIsKnownToTheNextClaim(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.apply(change(.revoked, sid(1), at: seconds(3))))
            let facts = RecipientFacts(consent: .revoked, consentEpoch: 1, revokedAt: seconds(3))
            #expect(try await ledger.claim(claim("a")).facts == facts)
            #expect(try await ledger.facts(recipient: [.anna], program: program) == facts)
            #expect(try await ledger.facts(recipient: [.anna], program: "MGother").consent == .none)
            #expect(try await ledger.facts(recipient: [], program: program).consent == .none)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aNoCoversTheServiceAndItsNumber(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let names = ["MGservice", "+15005550006"]
            #expect(try await ledger.apply(change(.revoked, sid(1), programs: names)))
            #expect(try await !ledger.apply(change(.revoked, sid(1), programs: names, at: seconds(9))))
            for name in names {
                #expect(try await ledger.facts(recipient: [.anna], program: name).consent == .revoked)
            }
            #expect(try await consent(ledger) == .none)
            #expect(try await ledger.apply(change(.granted, sid(2), programs: [names[1]], at: seconds(1))))
            #expect(try await ledger.facts(recipient: [.anna], program: names[0]).consent == .revoked)
            #expect(try await ledger.facts(recipient: [.anna], program: names[1]).consent == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aNoToEverythingCoversEveryProgram(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let everything = ConsentChange(
                kind: .revoked, recipient: .anna, programs: [ConsentChange.everything], evidence: sid(1),
                keyword: "STOPALL",
                at: seconds(3))
            #expect(try await ledger.apply(everything))
            let facts = try await ledger.claim(claim("a")).facts
            #expect(facts.consent == .revoked)
            #expect(try await ledger.facts(recipient: [.anna], program: program) == facts)
            #expect(try await ledger.facts(recipient: [.anna], program: "never seen").consent == .revoked)
            #expect(try await ledger.apply(change(.granted, sid(2), at: seconds(4))))
            #expect(try await consent(ledger) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aNoToEverythingStopsTheAttemptAndMovesToTheNewestToken(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let claimed = try await ledger.claim(claim("a"))
            var everything = change(.revoked, sid(1))
            everything.programs = [ConsentChange.everything]
            #expect(try await ledger.apply(everything))
            #expect(try await ledger.begin(start("a", epoch: claimed.facts.consentEpoch)) == .factsChanged)
            _ = try await ledger.claim(claim("a", recipient: [.annaNew, .anna]))
            #expect(try await consent(ledger, [.annaNew]) == .revoked)
            #expect(try await consent(ledger, [.anna]) == .none)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func changesApplyByTheTimeOfReceipt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.apply(change(.granted, sid(1), at: seconds(10))))
            #expect(try await !ledger.apply(change(.revoked, sid(2), at: seconds(5))))
            #expect(try await consent(ledger) == .granted)
            #expect(try await ledger.apply(change(.revoked, sid(3), at: seconds(11))))
            #expect(try await consent(ledger) == .revoked)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func revokingWinsATie(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.apply(change(.granted, sid(1))))
            #expect(try await ledger.apply(change(.revoked, sid(2))))
            #expect(try await !ledger.apply(change(.granted, sid(3))))
            #expect(try await consent(ledger) == .revoked)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func eachSIDAppliesOnce(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.apply(change(.revoked, sid(1), at: seconds(1))))
            #expect(try await ledger.apply(change(.granted, sid(2), at: seconds(2))))
            #expect(try await !ledger.apply(change(.revoked, sid(1), at: seconds(3))))
            #expect(try await consent(ledger) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func evidenceThatIsNoSIDMayServeManyChanges(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.apply(change(.revoked, "21610", at: seconds(1))))
            #expect(try await ledger.apply(change(.revoked, "21610", recipient: .ben, at: seconds(1))))
            #expect(try await !ledger.apply(change(.revoked, "21610", at: seconds(1))))
            #expect(try await ledger.apply(change(.granted, sid(2), at: seconds(2))))
            #expect(try await ledger.apply(change(.revoked, "21610", at: seconds(3))))
            #expect(try await consent(ledger) == .revoked)
            #expect(try await consent(ledger, [.ben]) == .revoked)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theEpochGrowsWithEveryChange(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var last: Int64 = 0
            for number in 1...4 {
                let kind: ConsentChange.Kind = number % 2 == 0 ? .granted : .revoked
                _ = try await ledger.apply(change(kind, sid(number), at: seconds(Double(number))))
                let epoch = try await ledger.claim(claim("a")).facts.consentEpoch
                #expect(epoch > last)
                last = epoch
            }
            _ = try await ledger.apply(change(.revoked, sid(1), at: seconds(9)))
            #expect(try await ledger.claim(claim("a")).facts.consentEpoch == last)
        }
    }

    // Token rotation

    @Test(arguments: TestedLedger.allCases)
    func aRevocationUnderAnOldTokenCounts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.apply(change(.revoked, sid(1), at: seconds(1)))
            #expect(try await consent(ledger, [.annaNew, .anna]) == .revoked)
            let claimed = try await ledger.claim(claim("a", recipient: [.annaNew, .anna]))
            #expect(claimed.facts.consent == .revoked)
            #expect(claimed.facts.revokedAt == seconds(1))
            #expect(
                try await ledger.begin(
                    start("a", recipient: [.annaNew, .anna], epoch: claimed.facts.consentEpoch)) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theLastWordUnderAnyTokenCounts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.apply(change(.revoked, sid(1), at: seconds(1)))
            _ = try await ledger.apply(change(.granted, sid(2), recipient: .annaNew, at: seconds(2)))
            #expect(try await consent(ledger, [.annaNew, .anna]) == .granted)
            _ = try await ledger.apply(change(.revoked, sid(3), at: seconds(2)))
            #expect(try await consent(ledger, [.annaNew, .anna]) == .revoked)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aClaimMovesConsentToTheNewestToken(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.apply(change(.revoked, sid(1), at: seconds(1)))
            let before = try await ledger.facts(recipient: [.annaNew, .anna], program: program)
            _ = try await ledger.claim(claim("a", recipient: [.annaNew, .anna]))
            #expect(try await consent(ledger, [.anna]) == .none)
            #expect(try await consent(ledger, [.annaNew]) == .revoked)
            #expect(try await ledger.facts(recipient: [.annaNew, .anna], program: program) == before)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func movingConsentKeepsTheLaterWord(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.apply(change(.revoked, sid(1), at: seconds(1)))
            _ = try await ledger.apply(change(.granted, sid(2), recipient: .annaNew, at: seconds(2)))
            _ = try await ledger.apply(change(.granted, sid(3), recipient: .ben, at: seconds(2)))
            let tokens: [RecipientToken] = [.annaNew, .anna, .ben]
            let before = try await ledger.facts(recipient: tokens, program: program)
            _ = try await ledger.claim(claim("a", recipient: tokens))
            #expect(try await ledger.facts(recipient: [.annaNew], program: program) == before)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aRepeatedTokenIsMovedNowhere(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.apply(change(.revoked, sid(1)))
            _ = try await ledger.claim(claim("a", recipient: [.anna, .anna]))
            #expect(try await consent(ledger) == .revoked)
        }
    }
}
