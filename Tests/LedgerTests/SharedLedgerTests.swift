import FoundationEssentials
import Ledger
import Messaging
import Testing

/// Several ledgers on one store, as of several processes.
@Suite struct SharedLedgerTests {
    @Test(arguments: TestedLedger.allCases)
    func ofTwoLedgersOneGrantsEachAttempt(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            let (first, second) = (ledgers[0], ledgers[1])
            let granted = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
                for message in 0..<100 {
                    for (worker, ledger) in [("w1", first), ("w2", second)] {
                        group.addTask {
                            _ = try await ledger.claim(claim("\(message)"))
                            let grant = try await ledger.begin(start("\(message)", worker: worker))
                            return (message, grant == .granted)
                        }
                    }
                }
                var granted: [Int: Int] = [:]
                for try await (message, isGranted) in group where isGranted { granted[message, default: 0] += 1 }
                return granted
            }
            #expect(granted.count == 100)
            #expect(granted.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func manyMayOpenANewFileAtOnce() async throws {
        try await withLedgerFile { path async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 0..<8 {
                    group.addTask {
                        let ledger = try await openLedger(path)
                        _ = try await ledger.claim(claim("\(id)"))
                    }
                }
                try await group.waitForAll()
            }
            let ledger = try await openLedger(path)
            for id in 0..<8 { #expect(try await !ledger.claim(claim("\(id)", hash: 2)).isSameRequest) }
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatOneWritesTheOtherKnows(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            let (worker, recorder) = (ledgers[0], ledgers[1])
            let claimed = try await worker.claim(claim("a"))
            #expect(try await recorder.apply(change(.revoked, sid(1))))
            #expect(try await worker.begin(start("a", epoch: claimed.facts.consentEpoch)) == .factsChanged)
            #expect(try await worker.facts(recipient: [.anna], program: program).consent == .revoked)
        }
    }
}
