import FoundationEssentials
import Ledger
import Messaging
import Testing

/// What a database of reassigned numbers answered, as it is kept and told.
@Suite struct ReassignedTests {
    private static let both: [RecipientToken] = [.annaNew, .anna]

    /// Asked at an instant with a day, both in seconds.
    private func answer(_ answer: Reassignment.Answer, at: Double, with day: Double = -1000) -> Reassignment {
        Reassignment(answer, consentAt: seconds(day), at: seconds(at))
    }

    private func answers(_ some: Reassignment...) -> ReassignmentAnswers {
        var answers = ReassignmentAnswers()
        for answer in some { answers.add(answer) }
        return answers
    }

    /// What a claim is told.
    private func told(
        _ ledger: any MessageLedger, _ id: String, age: Int? = 100, at now: Date = noon
    ) async throws -> ReassignmentAnswers {
        var question = TrafficQuestion(purpose: "spring", kind: 8)
        question.reassignedAge = age
        question.asksFirstOfProgram = true
        var claim = claim(id, recipient: Self.both, at: now)
        claim.traffic = question
        return try await ledger.claim(claim).traffic.reassignment
    }

    /// Answers in an order, and what stands after them. Each order is tried, and the one in which they come must not matter.
    private var stories: [([Reassignment], yes: Reassignment?, other: Reassignment?)] {
        let (no, yes, unsure) = (Reassignment.Answer.no, Reassignment.Answer.yes, Reassignment.Answer.noData)
        return [
            ([answer(no, at: 1), answer(no, at: 2)], nil, answer(no, at: 2)),
            // Asked again with the same day or an earlier one, a yes adds nothing to the first.
            ([answer(yes, at: 1), answer(yes, at: 2)], answer(yes, at: 1), nil),
            ([answer(yes, at: 1, with: -5), answer(yes, at: 2, with: -9)], answer(yes, at: 1, with: -5), nil),
            ([answer(yes, at: 1, with: -9), answer(yes, at: 2, with: -5)], answer(yes, at: 2, with: -5), nil),
            // A no of another consent lifts no yes.
            (
                [answer(yes, at: 1, with: -9), answer(no, at: 2, with: -5)], answer(yes, at: 1, with: -9),
                answer(no, at: 2, with: -5)
            ),
            ([answer(no, at: 1), answer(yes, at: 2)], answer(yes, at: 2), answer(no, at: 1)),
            ([answer(no, at: 1), answer(yes, at: 1)], answer(yes, at: 1), answer(no, at: 1)),
            // One of the same or an earlier day takes it back.
            ([answer(yes, at: 1, with: -5), answer(no, at: 2, with: -5)], nil, answer(no, at: 2, with: -5)),
            ([answer(yes, at: 1, with: -5), answer(no, at: 2, with: -9)], nil, answer(no, at: 2, with: -9)),
            ([answer(yes, at: 1), answer(unsure, at: 2)], answer(yes, at: 1), answer(unsure, at: 2)),
            ([answer(no, at: 1), answer(unsure, at: 1)], nil, answer(unsure, at: 1)),
            ([answer(no, at: 1, with: -9), answer(no, at: 1, with: -5)], nil, answer(no, at: 1, with: -5)),
        ]
    }

    @Test(arguments: TestedLedger.allCases)
    func whatIsKnownDoesNotDependOnTheOrderOfTheAnswers(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for (number, story) in stories.enumerated() {
                for isReversed in [false, true] {
                    let person = [RecipientToken("ph_k1_\(number)\(isReversed)")]
                    for answer in isReversed ? story.0.reversed() : story.0 {
                        _ = try await ledger.record(answer, of: person)
                    }
                    let known = try await ledger.reassignment(of: person)
                    #expect(known.yes == story.yes, "\(number) \(isReversed)")
                    #expect(known.other == story.other, "\(number) \(isReversed)")
                    // Again: nothing is changed.
                    for answer in [known.yes, known.other].compactMap({ $0 }) {
                        #expect(try await !ledger.record(answer, of: person))
                    }
                }
            }
            #expect(try await ledger.reassignment(of: [.ben]) == answers())
            #expect(try await ledger.reassignment(of: []) == answers())
            #expect(try await !ledger.record(answer(.no, at: 1), of: []))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aClaimIsToldWhatStillCounts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await told(ledger, "a") == answers())
            _ = try await ledger.record(answer(.no, at: -99), of: [.anna])
            #expect(try await told(ledger, "b") == answers(answer(.no, at: -99)))
            #expect(try await told(ledger, "c", age: nil) == answers())
            #expect(try await told(ledger, "d", at: seconds(1)) == answers())
            _ = try await ledger.record(answer(.yes, at: -50, with: -500), of: [.anna])
            _ = try await ledger.record(answer(.noData, at: -40), of: [.anna])
            let both = answers(answer(.yes, at: -50, with: -500), answer(.noData, at: -40))
            #expect(try await told(ledger, "e") == both)
            // That it is somebody else's number does not grow old.
            let later = try await told(ledger, "f", at: seconds(1_000_000))
            #expect(later == answers(answer(.yes, at: -50, with: -500)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatStandsUnderAnOldKeyMovesAndKeepsItNeededUntilThen(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let keys = ["k1", "k2"].map { TokenKeyFingerprint(id: $0, fingerprint: Array($0.utf8)) }
            #expect(try await ledger.admit(keys) == [])
            _ = try await ledger.record(answer(.no, at: 3, with: 0), of: [.anna])
            #expect(try await ledger.admit([keys[1]]) == [])
            _ = try await ledger.record(answer(.yes, at: 1), of: [.anna])
            #expect(try await ledger.admit([keys[1]]) == [.missing("k1")])
            // A message to the person moves it, and so does another answer.
            #expect(try await told(ledger, "a") == answers(answer(.yes, at: 1), answer(.no, at: 3, with: 0)))
            #expect(try await ledger.reassignment(of: [.anna]) == answers())
            #expect(
                try await ledger.reassignment(of: [.annaNew])
                    == answers(answer(.yes, at: 1), answer(.no, at: 3, with: 0)))
            #expect(try await ledger.admit([keys[1]]) == [])
            _ = try await ledger.record(answer(.yes, at: 5, with: 1), of: [.anna])
            #expect(try await ledger.record(answer(.noData, at: 6), of: Self.both))
            #expect(try await ledger.reassignment(of: [.anna]) == answers())
            #expect(
                try await ledger.reassignment(of: [.annaNew])
                    == answers(answer(.yes, at: 5, with: 1), answer(.noData, at: 6)))
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
            _ = try await ledger.record(answer(.noData, at: 1), of: [.annaNew])
            _ = try await ledger.record(answer(.yes, at: 2, with: -7), of: [.anna])
            let facts = try await ledger.facts(of: Self.both).sorted { $0.at < $1.at }
            #expect(facts.map(\.kind) == [.reassigned, .reassigned])
            #expect(facts.map(\.reassignment) == [answer(.noData, at: 1), answer(.yes, at: 2, with: -7)])
            let removed = try await ledger.erase(factsOf: Self.both)
            #expect(removed == ErasedFacts(facts: [.reassigned: 1], grants: 0))
            #expect(try await ledger.reassignment(of: Self.both) == answers(answer(.yes, at: 2, with: -7)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func oldAnswersArePruned(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let day = 86_400.0
            _ = try await ledger.record(answer(.no, at: 0, with: -1), of: [.anna])
            _ = try await ledger.record(answer(.yes, at: 0, with: -2), of: [.anna])
            _ = try await ledger.record(answer(.no, at: 400 * day), of: [.ben])
            let now = seconds(500 * day)
            _ = try await ledger.claim(claim("new", at: now))
            #expect(try await ledger.prunable(.floor, now: now)[.traffic] == 1)
            var outcome = PruneStep.Outcome.goesOn
            while outcome == .goesOn {
                let request = PruneRequest(retention: .floor, now: now, holder: "r1", interval: 0)
                outcome = try await ledger.prune(request).outcome
            }
            #expect(try await ledger.reassignment(of: [.anna]) == answers(answer(.yes, at: 0, with: -2)))
            #expect(try await ledger.reassignment(of: [.ben]) == answers(answer(.no, at: 400 * day)))
        }
    }
}
