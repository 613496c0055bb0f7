import Dispatch
import FoundationEssentials
import Messaging
import Synchronization
import Testing

@testable import Ledger

@Suite struct GroupCommitTests {
    /// Makes all of `calls` wait for one transaction, and tells which of them threw.
    private func together(
        _ ledger: SQLiteLedger, _ calls: [@Sendable () async throws -> Void]
    ) async throws -> Set<Int> {
        let mayGoOn = DispatchSemaphore(value: 0)
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            // Holds the ledger's thread until all calls are there; each is handed over before its task first waits.
            group.addImmediateTask {
                try await ledger.write { _ throws(LedgerError) in mayGoOn.wait() }
                return nil
            }
            for (index, call) in calls.enumerated() {
                group.addImmediateTask {
                    do {
                        try await call()
                        return nil
                    } catch {
                        return index
                    }
                }
            }
            // Twice: a transaction that must be repeated passes here again.
            mayGoOn.signal()
            mayGoOn.signal()
            return try await group.reduce(into: []) { if let index = $1 { $0.insert(index) } }
        }
    }

    @Test func oneBadCallDoesNotFailItsNeighbours() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            let failed = try await together(
                ledger,
                [
                    { _ = try await ledger.claim(claim("a")) },
                    { _ = try await ledger.begin(start("never claimed")) },
                    { _ = try await ledger.claim(claim("b")) },
                    {
                        var bad = claim("c")
                        bad.requestHash = [1, 2, 3]
                        _ = try await ledger.claim(bad)
                    },
                    { _ = try await ledger.apply(change(.revoked, sid(1))) },
                ])
            #expect(failed == [1, 3])
            #expect(try await !ledger.claim(claim("a", hash: 2)).isSameRequest)
            #expect(try await !ledger.claim(claim("b", hash: 2)).isSameRequest)
            #expect(try await ledger.claim(claim("c", hash: 2)).isSameRequest)
            #expect(try await ledger.facts(recipient: [.anna], program: program).consent == .revoked)
        }
    }

    @Test func whatWasRolledBackIsNotRemembered() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            // The names of the app and the program, and the record, come with the bad calls and go with them.
            var bad = claim("a")
            bad.requestHash = []
            await #expect(throws: LedgerError.self) { _ = try await ledger.claim(bad) }
            #expect(try await ledger.claim(claim("a")).state == .held(attempts: 0))
            #expect(try await ledger.begin(start("a", decision: "{5}")) == .granted)
            await ledger.close()
            let again = try await openLedger(path)
            let claimed = try await again.claim(claim("a"))
            #expect(claimed.state == .attempting(attempt: 1, worker: "w1", since: noon))
            #expect(claimed.decision == Array("{5}".utf8))
        }
    }

    @Test func theCallersOfATransactionAreWokenTogether() async throws {
        try await withLedgerFile { path async throws in
            let wakes = Mutex(0)
            let commits = Mutex<[Int]>([])
            let ledger = try await openLedger(path) { options in
                options.onCommit = { calls, _ in commits.withLock { $0.append(calls) } }
                options.wakeCallers = { wake in
                    wakes.withLock { $0 += 1 }
                    wake()
                }
            }
            let failed = try await together(
                ledger, (0..<50).map { id in { _ = try await ledger.claim(claim("\(id)")) } })
            #expect(failed == [])
            // Opening is a call and a transaction; then one that held the thread, perhaps with the first of the fifty,
            // and one with the rest.
            #expect(commits.withLock { $0.reduce(0, +) } == 52)
            #expect(commits.withLock { $0.count } <= 3)
            #expect(wakes.withLock { $0 } == commits.withLock { $0.count })
        }
    }

    @Test func callersOfOneTransactionSeeWhatThoseBeforeThemDid() async throws {
        try await withLedgerFile { path async throws in
            let ledger = try await openLedger(path)
            let grants = Mutex<[AttemptGrant]>([])
            _ = try await together(
                ledger,
                [{ _ = try await ledger.claim(claim("a")) }]
                    + (0..<5).map { worker in
                        {
                            let grant = try await ledger.begin(start("a", worker: "w\(worker)"))
                            grants.withLock { $0.append(grant) }
                        }
                    })
            #expect(grants.withLock { $0.filter { $0 == .granted }.count } == 1)
            #expect(grants.withLock { $0.count } == 5)
        }
    }
}
