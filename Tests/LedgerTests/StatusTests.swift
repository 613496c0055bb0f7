import FoundationEssentials
import Ledger
import Messaging
import Testing

@Suite struct StatusTests {
    private func state(_ ledger: any MessageLedger, _ id: String = "a") async throws -> AttemptState {
        try await ledger.claim(claim(id)).state
    }

    private func accepted(_ ledger: any MessageLedger) async throws {
        _ = try await ledger.claim(claim("a"))
        _ = try await ledger.begin(start("a"))
        let acceptance = Acceptance(sid: sid(7), status: "queued")
        try #require(try await ledger.settle(settlement("a", .accepted(acceptance))))
    }

    @Test(arguments: TestedLedger.allCases)
    func aStatusNeverGoesBack(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await accepted(ledger)
            #expect(try await !ledger.record(report("a", .accepted, sid: sid(7))))
            #expect(try await ledger.record(report("a", .sent, sid: sid(7))))
            #expect(try await !ledger.record(report("a", .queued, sid: sid(7))))
            #expect(try await !ledger.record(report("a", .sent, sid: sid(7))))
            #expect(try await ledger.record(report("a", .delivered, sid: sid(7))))
            #expect(try await !ledger.record(report("a", .undelivered, sid: sid(7))))
            #expect(try await ledger.record(report("a", .read, sid: sid(7))))
            #expect(try await state(ledger) == .accepted(attempt: 1, sid: sid(7), providerStatus: "queued"))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aCallbackSettlesAnUnknownOutcome(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            _ = try await ledger.settle(settlement("a", .unknown))
            #expect(
                try await ledger.record(
                    report("a", .sent, sid: sid(7), attempt: 1, at: seconds(9)) { $0.providerStatus = "sent" }))
            let settled = AttemptState.accepted(attempt: 1, sid: sid(7), providerStatus: "sent")
            #expect(try await state(ledger) == settled)
            #expect(try await ledger.begin(start("a", attempt: 2)) == .superseded(settled))
            #expect(try await !ledger.abandon(.shop("a"), attempt: 1, now: seconds(10)))
        }
    }

    /// The ledger was away when the worker wanted to record the provider's no.
    @Test(arguments: TestedLedger.allCases)
    func aRefusalThatWasToldSettlesItsAttempt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for id in ["a", "b", "c"] {
                _ = try await ledger.claim(claim(id))
                _ = try await ledger.begin(start(id))
            }
            #expect(try await ledger.record(report("a", .refused, attempt: 1) { $0.errorCode = 21211 }))
            #expect(try await state(ledger) == .refused(attempt: 1, code: 21211))
            #expect(
                try await ledger.begin(start("a", attempt: 2)) == .superseded(.refused(attempt: 1, code: 21211)))
            try await ledger.markUnknown(.shop("b"), attempt: 1, now: seconds(60))
            _ = try await ledger.record(report("b", .refused, attempt: 2))
            #expect(try await state(ledger, "b") == .unknown(attempt: 1, since: seconds(60)))
            _ = try await ledger.record(report("b", .refused, attempt: 1))
            #expect(try await state(ledger, "b") == .refused(attempt: 1, code: nil))
            let acceptance = Acceptance(sid: sid(7), status: "queued")
            _ = try await ledger.settle(settlement("c", .accepted(acceptance)))
            _ = try await ledger.record(report("c", .refused, attempt: 1))
            #expect(try await state(ledger, "c") == .accepted(attempt: 1, sid: sid(7), providerStatus: "queued"))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aCallbackThatIsFasterThanTheAnswerSettlesTheAttempt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            #expect(try await ledger.record(report("a", .queued, sid: sid(7), attempt: 1)))
            let acceptance = Acceptance(sid: sid(7), status: "queued")
            #expect(try await ledger.settle(settlement("a", .accepted(acceptance))))
            #expect(try await state(ledger) == .accepted(attempt: 1, sid: sid(7), providerStatus: "queued"))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theAnswerThatNeverCameIsNoDoubtAfterACallback(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            _ = try await ledger.record(report("a", .queued, sid: sid(7), attempt: 1))
            #expect(try await !ledger.settle(settlement("a", .unknown)))
            try await ledger.markUnknown(.shop("a"), attempt: 1, now: noon)
            guard case .accepted(1, sid(7), _) = try await state(ledger) else {
                Issue.record("not accepted")
                return
            }
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aCallbackOfAnEarlierAttemptCountsWhenTheNextComesToNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            _ = try await ledger.settle(settlement("a", .unknown))
            _ = try await ledger.begin(start("a", attempt: 2))
            _ = try await ledger.record(report("a", .queued, sid: sid(7), attempt: 1))
            #expect(try await state(ledger) == .attempting(attempt: 2, worker: "w1", since: noon))
            #expect(try await ledger.settle(settlement("a", attempt: 2, .unknown)))
            guard case .accepted(2, sid(7), _) = try await state(ledger) else {
                Issue.record("not accepted")
                return
            }
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aHeldMessageThatTheProviderKnowsIsNotSentAgain(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            _ = try await ledger.settle(settlement("a", .held))
            _ = try await ledger.record(report("a", .sent, sid: sid(7), attempt: 1))
            guard case .superseded(.accepted(1, sid(7), _)) = try await ledger.begin(start("a", attempt: 2)) else {
                Issue.record("not superseded")
                return
            }
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theWorkersOwnEventsSettleNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            for status in [MessageStatus.deferred, .inDoubt, .blocked] {
                _ = try await ledger.record(report("a", status, attempt: 1))
            }
            #expect(try await state(ledger) == .attempting(attempt: 1, worker: "w1", since: noon))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aRejectedRepeatDoesNotTouchTheMessage(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await !ledger.record(report("a", .rejected)))
            #expect(try await state(ledger) == .held(attempts: 0))
            #expect(try await !ledger.record(report("a", .rejected)))
            #expect(try await ledger.begin(start("a")) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theSIDFindsTheMessage(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await accepted(ledger)
            _ = try await ledger.record(report("a", .accepted, sid: sid(7)))
            #expect(try await ledger.record(report(nil, .delivered, sid: sid(7))))
            #expect(try await !ledger.record(report("a", .sent, sid: sid(7))))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aSIDOfSomebodyElseIsNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await !ledger.record(report(nil, .delivered, sid: sid(8))))
            #expect(try await !ledger.record(report(nil, .delivered)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageThatThisLedgerNeverSawIsNotSentAgain(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(
                try await ledger.record(
                    report("a", .sent, sid: sid(7), attempt: 1) { $0.providerStatus = "sent" }))
            let claimed = try await ledger.claim(claim("a"))
            #expect(claimed.isSameRequest)
            #expect(claimed.state == .accepted(attempt: 1, sid: sid(7), providerStatus: "sent"))
            #expect(try await !ledger.claim(claim("a", hash: 9)).isSameRequest)
            #expect(try await ledger.record(report("b", .inDoubt, attempt: 1, at: seconds(1))))
            #expect(try await state(ledger, "b") == .unknown(attempt: 1, since: seconds(1)))
            #expect(try await ledger.abandon(.shop("b"), attempt: 1, now: seconds(9)))
            #expect(try await !ledger.record(report("c", .deferred)))
            #expect(try await state(ledger, "c") == .held(attempts: 0))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aLaterWordOfTheProviderMayFollowAbandoned(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            _ = try await ledger.settle(settlement("a", .unknown))
            _ = try await ledger.abandon(.shop("a"), attempt: 1, now: noon)
            #expect(try await !ledger.record(report("a", .sent, sid: sid(7))))
            #expect(try await ledger.record(report("a", .delivered, sid: sid(7))))
            #expect(try await state(ledger) == .abandoned(attempt: 1))
        }
    }
}
