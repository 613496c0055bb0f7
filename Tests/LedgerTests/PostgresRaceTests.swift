import FoundationEssentials
import Messaging
import Synchronization
import Testing

@testable import Ledger

/// Four workers and two recorders on one database, all at the same messages.
@Suite(
    .enabled(if: PostgresNode.url != nil, "SWITCHBOARD_TEST_POSTGRES_URL names no database"), .timeLimit(.minutes(3)))
struct PostgresRaceTests {
    private struct Attempt: Hashable {
        var message: Int
        var number: Int
    }

    /// Whose attempts were granted.
    private final class Grants: Sendable {
        private let counts = Mutex<[Attempt: Int]>([:])

        func add(_ attempt: Attempt) { counts.withLock { $0[attempt, default: 0] += 1 } }

        var all: [Attempt: Int] { counts.withLock { $0 } }
    }

    private static let count = 120
    private static let attempts = 3

    private func person(_ number: Int) -> RecipientToken { RecipientToken("ph_k1_\(number % 11)") }

    /// Calls again and again, as the provider takes nothing twice and is not heard the third time, until the message is settled.
    private func work(
        _ message: Int, _ worker: String, _ ledger: PostgresLedger, _ grants: Grants
    ) async throws {
        let (id, person) = ("\(message)", person(message))
        while true {
            let claimed = try await ledger.claim(claim(id, recipient: [person]))
            #expect(claimed.isSameRequest)
            let next: Int
            switch claimed.state {
            case .held(let attempts): next = attempts + 1
            case .unknown(let attempt, _): next = attempt + 1
            case .attempting: continue
            case .accepted, .refused, .abandoned, .closed: return
            }
            let call = start(
                id, attempt: next, worker: worker, recipient: [person], epoch: claimed.facts.consentEpoch,
                decision: "{\(next)}")
            guard try await ledger.begin(call) == .granted else { continue }
            grants.add(Attempt(message: message, number: next))
            let result: Settlement.Result =
                switch next {
                case 1: .held
                case 2: .unknown
                default: .accepted(Acceptance(sid: sid(message), status: "queued"))
                }
            #expect(try await ledger.settle(settlement(id, attempt: next, worker: worker, result)))
        }
    }

    @Test func eachAttemptIsGrantedOnceAndTheLastWordOfEachPersonStands() async throws {
        try await withPostgresSchema { schema async throws in
            var ledgers: [PostgresLedger] = []
            for _ in 0..<6 { ledgers.append(try await openPostgresLedger(schema)) }
            let (workers, recorders) = (ledgers[0..<4], ledgers[4..<6])
            let grants = Grants()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, ledger) in workers.enumerated() {
                    for message in (0..<Self.count).shuffled() {
                        group.addTask { try await work(message, "w\(number)", ledger, grants) }
                    }
                }
                // Each yes and no comes to both recorders, in any order.
                for ledger in recorders {
                    for word in (0..<110).shuffled() {
                        group.addTask {
                            let kind: ConsentChange.Kind = word / 11 % 2 == 0 ? .granted : .revoked
                            _ = try await ledger.apply(
                                change(kind, sid(word), recipient: person(word), at: seconds(Double(word))))
                        }
                    }
                    group.addTask {
                        for round in 0..<50 {
                            let step = PruneRequest(
                                retention: .floor, now: seconds(Double(round)), holder: "r", interval: 0)
                            _ = try await ledger.prune(step)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let granted = grants.all
            #expect(granted.count == Self.count * Self.attempts)
            #expect(granted.values.allSatisfy { $0 == 1 })
            for message in 0..<Self.count {
                let state = try await ledgers[5].claim(claim("\(message)", recipient: [person(message)])).state
                #expect(
                    state == .accepted(attempt: Self.attempts, sid: sid(message), providerStatus: "queued"))
            }
            for number in 0..<11 {
                let facts = try await ledgers[0].facts(recipient: [person(number)], program: program)
                #expect(facts.consent == .revoked && facts.revokedAt == seconds(Double(99 + number)))
            }
            for ledger in ledgers { await ledger.close() }
        }
    }
}
