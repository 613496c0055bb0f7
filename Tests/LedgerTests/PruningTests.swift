import FoundationEssentials
import Messaging
import Testing

@testable import Ledger

/// What a ledger forgets, and when.
@Suite struct PruningTests {
    private let retention = LedgerRetention.floor

    private func day(_ count: Double, _ seconds: Double = 0) -> Date {
        noon.addingTimeInterval(count * 86_400 + seconds)
    }

    /// A whole pass; what it removed.
    private func prune(
        _ ledger: any LedgerPruning, at now: Date, holder: String = "r1"
    ) async throws -> [PrunedRows: Int] {
        var removed: [PrunedRows: Int] = [:]
        while true {
            let step = try await ledger.prune(
                PruneRequest(retention: retention, now: now, holder: holder, interval: 0))
            removed.merge(step.removed, uniquingKeysWith: +)
            if step.outcome != .goesOn {
                #expect(step.outcome == .ended)
                return removed
            }
        }
    }

    /// A message that is claimed at `now`, without which the clock would not be believed.
    private func live(_ ledger: any MessageLedger, at now: Date) async throws {
        _ = try await ledger.claim(claim("live-\(now.timeIntervalSince1970)", at: now))
    }

    private func refuse(_ id: String, _ ledger: any MessageLedger, decision: String = "{}") async throws {
        _ = try await ledger.claim(claim(id))
        #expect(try await ledger.begin(start(id, decision: decision)) == .granted)
        #expect(try await ledger.settle(settlement(id, .refused(code: 21211))))
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageIsRememberedForFortyDaysAfterItsEndAndIsNewThen(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await refuse("a", ledger)
            try await live(ledger, at: day(40))
            #expect(try await prune(ledger, at: day(40)) == [:])
            try await live(ledger, at: day(40, 0.001))
            #expect(try await prune(ledger, at: day(40, 0.001))[.message] == 1)
            let again = try await ledger.claim(claim("a", hash: 2, at: day(41)))
            #expect(again.isSameRequest && again.state == .held(attempts: 0))
            #expect(again.firstSeenAt == day(41))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theDaysCountFromTheLastThatWasHeardOfIt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for id in ["told", "asked", "reopened"] { try await refuse(id, ledger) }
            #expect(try await ledger.record(report("told", .delivered, at: day(10))))
            #expect(try await ledger.claim(claim("asked", at: day(20))).state == .refused(attempt: 1, code: 21211))
            _ = try await ledger.claim(claim("reopened", at: day(30)))
            #expect(try await ledger.reopen(.shop("reopened"), now: day(30)) == .held(attempts: 1))
            for (age, removed) in [(50.0, 0), (50.1, 1), (60, 0), (60.1, 1), (149, 0), (150.1, 1)] {
                try await live(ledger, at: day(age))
                #expect(try await prune(ledger, at: day(age))[.message] ?? 0 == removed, "day \(age)")
            }
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatHasNotEndedIsKeptLonger(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let ids = ["held", "attempting", "unknown", "accepted", "again"]
            for id in ids { _ = try await ledger.claim(claim(id)) }
            for id in ids.dropFirst() { #expect(try await ledger.begin(start(id)) == .granted) }
            #expect(try await ledger.settle(settlement("unknown", .unknown)))
            let taken = Settlement.Result.accepted(Acceptance(sid: sid(1), status: "queued"))
            #expect(try await ledger.settle(settlement("accepted", taken)))
            // The provider tells the end of the first attempt while a worker may be calling for the second time.
            #expect(try await ledger.settle(settlement("again", .held)))
            #expect(try await ledger.begin(start("again", attempt: 2)) == .granted)
            #expect(try await ledger.record(report("again", .failed, sid: sid(2), attempt: 1)))
            try await live(ledger, at: day(120))
            #expect(try await prune(ledger, at: day(120)) == [:])
            for id in ids { #expect(try await !ledger.claim(claim(id, hash: 9, at: noon)).isSameRequest) }
            try await live(ledger, at: day(120, 1))
            #expect(try await prune(ledger, at: day(120, 1))[.message] == 5)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aRecordStaysWhileAMessageRefersToIt(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            let (ledger, recorder) = (ledgers[0], ledgers[1])
            try await refuse("pruned", ledger, decision: "{1}")
            _ = try await ledger.claim(claim("kept"))
            #expect(try await ledger.begin(start("kept", decision: "{1}")) == .granted)
            try await refuse("also pruned", ledger, decision: "{2}")
            try await refuse("pruned with the last record", ledger, decision: "{3}")
            try await live(ledger, at: day(50))
            _ = try await ledger.claim(claim("late", at: day(50)))
            #expect(try await ledger.begin(start("late", decision: "{4}", at: day(50))) == .granted)
            #expect(try await prune(recorder, at: day(50)) == [.message: 3, .decision: 2])
            #expect(try await ledger.claim(claim("kept", at: day(50))).decision == Array("{1}".utf8))
            // The worker remembers records that a recorder has removed.
            for (id, record) in [("x", "{1}"), ("y", "{2}"), ("z", "{4}")] {
                _ = try await ledger.claim(claim(id, at: day(50)))
                #expect(try await ledger.begin(start(id, decision: record, at: day(50))) == .granted)
                #expect(try await ledger.claim(claim(id, at: day(50))).decision == Array(record.utf8))
            }
            try await live(ledger, at: day(95))
            #expect(try await prune(recorder, at: day(95)) == [:])
            for id in ["x", "y", "z"] { #expect(try await ledger.claim(claim(id, at: day(95))).decision != nil) }
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theProvidersIDsGoWithTheirMessage(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            // Two attempts were taken, each with an id of its own.
            for number in [1, 2] {
                _ = try await ledger.record(report("a", .accepted, sid: sid(number), attempt: number))
            }
            #expect(try await ledger.record(report("a", .delivered, sid: sid(1))))
            _ = try await ledger.record(report("b", .accepted, sid: sid(3), attempt: 1, at: day(50)))
            #expect(try await ledger.known(sids: [sid(1), sid(2), sid(3)]) == [sid(1), sid(2), sid(3)])
            #expect(try await prune(ledger, at: day(50)) == [.message: 1, .providerID: 2])
            #expect(try await ledger.known(sids: [sid(1), sid(2), sid(3)]) == [sid(3)])
            #expect(try await !ledger.record(report(nil, .read, sid: sid(1), at: day(50))))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whoIsForgottenIsNotAwaited(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let accepted = report("a", .accepted, sid: sid(1), attempt: 1) {
                $0.origin = MessageOrigin(
                    message: context("a"),
                    recipient: RecipientReference(token: .anna, masked: "+1********10", country: "US", id: nil))
                $0.lookAt = day(1)
            }
            _ = try await ledger.record(accepted)
            #expect(try await ledger.awaited(now: day(2)).map(\.all) == [1])
            try await live(ledger, at: day(121))
            #expect(try await prune(ledger, at: day(121)) == [.message: 1, .providerID: 1])
            #expect(try await ledger.awaited(now: day(121)).map(\.all) == [])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func optOutsAreNeverForgotten(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.apply(change(.revoked, sid(1))))
            #expect(try await ledger.apply(change(.granted, sid(2), recipient: .ben, at: day(400))))
            try await live(ledger, at: day(500))
            #expect(try await prune(ledger, at: day(500)) == [.evidence: 1])
            #expect(try await ledger.facts(recipient: [.anna], program: program).consent == .revoked)
            #expect(try await ledger.facts(recipient: [.ben], program: program).consent == .granted)
            // The same event once more still changes nothing.
            #expect(try await !ledger.apply(change(.revoked, sid(1))))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func conversationsAndBridgesThatLeftAreForgotten(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for (person, at) in [(RecipientToken.anna, noon), (.ben, day(30))] {
                let taken = report("to \(person.text)", .accepted, sid: sid(at == noon ? 1 : 2), at: at) {
                    $0.recipient = person
                    $0.program = program
                }
                _ = try await ledger.record(taken)
            }
            try await ledger.noteTick(bridge: "gone", at: noon, isLeaving: true, now: noon)
            try await ledger.noteTick(bridge: "lost", at: noon, isLeaving: false, now: noon)
            try await live(ledger, at: day(60))
            #expect(try await prune(ledger, at: day(60)) == [.conversation: 1, .bridge: 1])
            #expect(try await ledger.conversation(recipient: [.anna], program: program) == nil)
            #expect(try await ledger.conversation(recipient: [.ben], program: program) != nil)
            #expect(try await ledger.status().bridges.map(\.name) == ["lost"])
            #expect(try await ledger.status().prunedAt == day(60))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aClockThatIsAheadEmptiesNoLedger(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await prune(ledger, at: day(4000)) == [:])
            try await refuse("a", ledger)
            #expect(try await ledger.apply(change(.granted, sid(1))))
            #expect(try await prune(ledger, at: day(4000)) == [:])
            #expect(try await ledger.prunable(retention, now: day(4000)).allSatisfy { $0.value == 0 })
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func oneAtATimeAndNotTooOften(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            func step(_ ledger: Int, _ holder: String, at now: Date) async throws -> PruneStep.Outcome {
                try await ledgers[ledger].prune(
                    PruneRequest(retention: retention, now: now, holder: holder, interval: 3600)
                ).outcome
            }
            #expect(try await step(0, "r1", at: noon) == .goesOn)
            #expect(try await step(1, "r2", at: seconds(30)) == .elsewhere)
            #expect(try await step(0, "r1", at: seconds(30)) == .goesOn)
            // The first has gone away in the middle.
            #expect(try await step(1, "r2", at: seconds(100)) == .goesOn)
            var last = PruneStep.Outcome.goesOn
            while last == .goesOn { last = try await step(1, "r2", at: seconds(101)) }
            #expect(last == .ended)
            #expect(try await step(0, "r1", at: seconds(3700)) == .notDue)
            #expect(try await step(0, "r1", at: seconds(3701)) == .goesOn)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aDryRunTellsWhatAPassRemoves(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for number in 0..<30 { try await refuse("\(number)", ledger, decision: "{\(number)}") }
            _ = try await ledger.claim(claim("kept"))
            #expect(try await ledger.begin(start("kept", decision: "{5}")) == .granted)
            for number in 0..<3 {
                _ = try await ledger.record(
                    report("\(number)", .accepted, sid: sid(number)) {
                        $0.recipient = .anna
                        $0.program = program
                    })
            }
            #expect(try await ledger.apply(change(.revoked, sid(9), recipient: .ben, at: day(-100))))
            try await ledger.noteTick(bridge: "gone", at: noon, isLeaving: true, now: noon)
            _ = try await ledger.claim(claim("new", at: day(45)))
            #expect(try await ledger.begin(start("new", decision: "{new}", at: day(45))) == .granted)
            let told = try await ledger.prunable(retention, now: day(45)).filter { $0.value > 0 }
            #expect(
                told == [
                    .message: 30, .providerID: 3, .decision: 29, .conversation: 1, .evidence: 1, .bridge: 1,
                ])
            #expect(try await prune(ledger, at: day(45)) == told)
            #expect(try await ledger.prunable(retention, now: day(45)).allSatisfy { $0.value == 0 })
        }
    }

    /// Repeats, replays and reports of old messages while they are pruned: each either comes first and keeps its message, or
    /// finds that it is not known any more.
    @Test(.timeLimit(.minutes(2)), arguments: TestedLedger.allCases)
    func whatIsUsedWhileItIsPrunedIsNotLost(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 3) { ledgers async throws in
            let count = 120
            for number in 0..<count { try await refuse("\(number)", ledgers[0], decision: "{\(number)}") }
            try await live(ledgers[0], at: day(60))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await prune(ledgers[2], at: day(60)) }
                for number in (0..<count).shuffled() {
                    let (id, worker) = ("\(number)", ledgers[number % 2])
                    group.addTask {
                        if number % 3 == 0 {
                            _ = try await worker.record(report(id, .delivered, sid: sid(number), at: day(60)))
                            return
                        }
                        let claimed = try await worker.claim(claim(id, at: day(60)))
                        #expect(claimed.isSameRequest)
                        var attempt = 1
                        if case .refused = claimed.state {
                            attempt = 2
                            #expect(try await worker.reopen(.shop(id), now: day(60)) == .held(attempts: 1))
                        }
                        let call = start(id, attempt: attempt, decision: "{again}", at: day(60))
                        #expect(try await worker.begin(call) == .granted)
                    }
                }
                try await group.waitForAll()
            }
            _ = try await prune(ledgers[2], at: day(60))
            for number in 0..<count {
                let claimed = try await ledgers[1].claim(claim("\(number)", at: day(60)))
                if number % 3 == 0 {
                    // Told in time, or taken for a message of a ledger that was lost: it is known, and never called.
                    #expect(try await ledgers[0].begin(start("\(number)", at: day(60))) != .granted)
                } else {
                    guard case .attempting(_, "w1", day(60)) = claimed.state else {
                        Issue.record("\(number) is \(claimed.state)")
                        continue
                    }
                    #expect(claimed.decision == Array("{again}".utf8))
                }
            }
        }
    }
}
