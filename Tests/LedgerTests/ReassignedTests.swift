import FoundationEssentials
import Ledger
import Messaging
import Testing

/// What a database of reassigned numbers answered, as it is kept and told.
@Suite struct ReassignedTests {
    private static let both: [RecipientToken] = [.annaNew, .anna]

    private func answer(_ answer: Reassignment.Answer, at: Date, consentAt: Date = seconds(-1000)) -> Reassignment {
        Reassignment(answer, consentAt: consentAt, at: at)
    }

    /// What a claim is told.
    private func told(
        _ ledger: any MessageLedger, _ id: String, age: Int? = 100, at now: Date = noon
    ) async throws -> Reassignment? {
        var question = TrafficQuestion(purpose: "spring", kind: 8)
        question.reassignedAge = age
        question.asksFirstOfProgram = true
        var claim = claim(id, recipient: Self.both, at: now)
        claim.traffic = question
        return try await ledger.claim(claim).traffic.reassignment
    }

    @Test(arguments: TestedLedger.allCases)
    func theLastAnswerCountsUnderEveryToken(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.reassignment(of: Self.both) == nil)
            #expect(try await ledger.record(answer(.no, at: seconds(10)), of: .anna))
            #expect(try await !ledger.record(answer(.no, at: seconds(10)), of: .anna))
            #expect(try await !ledger.record(answer(.yes, at: seconds(9)), of: .anna))
            #expect(try await ledger.reassignment(of: Self.both) == answer(.no, at: seconds(10)))
            // Of two at once the one that forbids more.
            #expect(try await ledger.record(answer(.yes, at: seconds(10)), of: .anna))
            #expect(try await !ledger.record(answer(.noData, at: seconds(10)), of: .anna))
            #expect(try await ledger.reassignment(of: Self.both)?.answer == .yes)
            // Under another token, before and after.
            #expect(try await ledger.record(answer(.no, at: seconds(9)), of: .annaNew))
            #expect(try await ledger.reassignment(of: Self.both)?.answer == .yes)
            #expect(try await ledger.record(answer(.no, at: seconds(11)), of: .annaNew))
            #expect(try await ledger.reassignment(of: Self.both)?.answer == .no)
            #expect(try await ledger.reassignment(of: [.ben]) == nil)
            #expect(try await ledger.reassignment(of: []) == nil)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aClaimIsToldWhatStillCounts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await told(ledger, "a") == nil)
            _ = try await ledger.record(answer(.no, at: seconds(-99)), of: .anna)
            #expect(try await told(ledger, "b") == answer(.no, at: seconds(-99)))
            #expect(try await told(ledger, "c", age: nil) == nil)
            #expect(try await told(ledger, "d", at: seconds(1)) == nil)
            _ = try await ledger.record(answer(.noData, at: seconds(-50)), of: .anna)
            #expect(try await told(ledger, "e")?.answer == .noData)
            // That it is somebody else's number does not grow old.
            _ = try await ledger.record(answer(.yes, at: seconds(-40)), of: .anna)
            #expect(try await told(ledger, "f", at: seconds(1_000_000)) == answer(.yes, at: seconds(-40)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aClaimIsToldWhenConsentWasGiven(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.claim(claim("a")).facts.grantedAt == nil)
            _ = try await ledger.apply(change(.granted, sid(1), at: seconds(1)))
            let granted = try await ledger.claim(claim("b")).facts
            #expect(granted.grantedAt == seconds(1) && granted.revokedAt == nil)
            _ = try await ledger.apply(change(.revoked, sid(2), at: seconds(2)))
            let revoked = try await ledger.claim(claim("c")).facts
            #expect(revoked.grantedAt == nil && revoked.revokedAt == seconds(2))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aPersonIsToldAndErasedButForAYes(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.record(answer(.no, at: seconds(1)), of: .annaNew)
            _ = try await ledger.record(answer(.yes, at: seconds(2), consentAt: seconds(-7)), of: .anna)
            let facts = try await ledger.facts(of: Self.both).sorted { $0.at < $1.at }
            #expect(facts.map(\.kind) == [.reassigned, .reassigned])
            #expect(facts.map(\.answer) == [.no, .yes])
            #expect(facts.last?.consentAt == seconds(-7))
            let removed = try await ledger.erase(factsOf: Self.both)
            #expect(removed == ErasedFacts(facts: [.reassigned: 1], grants: 0))
            #expect(try await ledger.facts(of: Self.both).map(\.answer) == [.yes])
            #expect(try await ledger.reassignment(of: Self.both)?.answer == .yes)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func oldAnswersArePruned(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.record(answer(.no, at: seconds(0)), of: .anna)
            _ = try await ledger.record(answer(.no, at: seconds(400 * 86_400)), of: .ben)
            _ = try await ledger.record(answer(.yes, at: seconds(0)), of: .annaNew)
            let now = seconds(500 * 86_400)
            _ = try await ledger.claim(claim("new", at: now))
            #expect(try await ledger.prunable(.floor, now: now)[.traffic] == 1)
            var outcome = PruneStep.Outcome.goesOn
            while outcome == .goesOn {
                let request = PruneRequest(retention: .floor, now: now, holder: "r1", interval: 0)
                outcome = try await ledger.prune(request).outcome
            }
            #expect(try await ledger.reassignment(of: [.anna]) == nil)
            #expect(try await ledger.reassignment(of: [.annaNew])?.answer == .yes)
            #expect(try await ledger.reassignment(of: [.ben])?.answer == .no)
        }
    }
}
