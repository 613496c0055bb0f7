import FoundationEssentials
import Ledger
import Messaging
import Testing

@Suite struct SettlementTests {
    private func attempting(_ ledger: any MessageLedger & StatusLedger, _ id: String = "a") async throws {
        _ = try await ledger.claim(claim(id))
        try #require(try await ledger.begin(start(id)) == .granted)
    }

    private let accepted = Settlement.Result.accepted(Acceptance(sid: sid(7), status: "queued"))
    private let acceptedState = AttemptState.accepted(attempt: 1, sid: sid(7), providerStatus: "queued")

    @Test(arguments: TestedLedger.allCases)
    func anAcceptedMessageKeepsWhatTheProviderSaid(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            #expect(try await ledger.settle(settlement("a", accepted, at: seconds(1))))
            let claimed = try await ledger.claim(claim("a"))
            #expect(claimed.state == acceptedState)
            #expect(claimed.changedAt == seconds(1))
            #expect(try await ledger.begin(start("a", attempt: 2)) == .superseded(acceptedState))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aRefusedMessageKeepsTheCode(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            #expect(try await ledger.settle(settlement("a", .refused(code: 21610))))
            #expect(try await ledger.claim(claim("a")).state == .refused(attempt: 1, code: 21610))
            try await attempting(ledger, "b")
            #expect(try await ledger.settle(settlement("b", .refused(code: nil))))
            #expect(try await ledger.claim(claim("b")).state == .refused(attempt: 1, code: nil))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func onlyTheWorkerOfTheAttemptSettlesIt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            #expect(try await !ledger.settle(settlement("a", worker: "w2", accepted)))
            #expect(try await !ledger.settle(settlement("a", attempt: 2, accepted)))
            #expect(try await ledger.settle(settlement("a", accepted)))
            #expect(try await !ledger.settle(settlement("a", .refused(code: 1))))
            #expect(try await !ledger.settle(settlement("a", .held)))
            #expect(try await ledger.claim(claim("a")).state == acceptedState)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func settlingTwiceAlikeIsTheSame(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            #expect(try await ledger.settle(settlement("a", accepted)))
            #expect(try await ledger.settle(settlement("a", accepted)))
            let other = Settlement.Result.accepted(Acceptance(sid: sid(8), status: "queued"))
            #expect(try await !ledger.settle(settlement("a", other)))
            #expect(try await ledger.claim(claim("a")).state == acceptedState)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anAnswerThatComesLateSettlesTheUnknownOutcome(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            try await ledger.markUnknown(.shop("a"), attempt: 1, now: seconds(60))
            #expect(try await ledger.settle(settlement("a", accepted)))
            #expect(try await ledger.claim(claim("a")).state == acceptedState)
            #expect(try await !ledger.abandon(.shop("a"), attempt: 1, now: seconds(90)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anAnswerOfAnEarlierAttemptDoesNotSettleTheNext(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            try await ledger.markUnknown(.shop("a"), attempt: 1, now: noon)
            #expect(try await ledger.begin(start("a", attempt: 2, worker: "w2")) == .granted)
            #expect(try await !ledger.settle(settlement("a", accepted)))
            #expect(
                try await ledger.claim(claim("a")).state == .attempting(attempt: 2, worker: "w2", since: noon))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theAttemptOfAWorkerThatIsGoneBecomesUnknown(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            try await ledger.markUnknown(.shop("a"), attempt: 2, now: seconds(60))
            #expect(
                try await ledger.claim(claim("a")).state == .attempting(attempt: 1, worker: "w1", since: noon))
            try await ledger.markUnknown(.shop("a"), attempt: 1, now: seconds(60))
            #expect(try await ledger.claim(claim("a")).state == .unknown(attempt: 1, since: seconds(60)))
            try await ledger.markUnknown(.shop("a"), attempt: 1, now: seconds(99))
            #expect(try await ledger.claim(claim("a")).state == .unknown(attempt: 1, since: seconds(60)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anUnknownOutcomeOfAWorkerThatTheLedgerNeverSawIsAbandoned(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.record(report("a", .inDoubt, attempt: 1)))
            #expect(try await ledger.abandon(.shop("a"), attempt: 1, now: seconds(5)))
            #expect(try await ledger.claim(claim("a")).state == .abandoned(attempt: 1))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func onlyAnUnknownOutcomeIsAbandoned(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await attempting(ledger)
            #expect(try await !ledger.abandon(.shop("a"), attempt: 1, now: noon))
            try await ledger.markUnknown(.shop("a"), attempt: 1, now: noon)
            #expect(try await !ledger.abandon(.shop("a"), attempt: 2, now: noon))
            #expect(try await ledger.abandon(.shop("a"), attempt: 1, now: seconds(5)))
            let claimed = try await ledger.claim(claim("a"))
            #expect(claimed.state == .abandoned(attempt: 1))
            #expect(claimed.changedAt == seconds(5))
            #expect(try await ledger.begin(start("a", attempt: 2)) == .superseded(.abandoned(attempt: 1)))
        }
    }
}
