import FoundationEssentials
import Ledger
import Messaging
import Testing

/// Where entries of the audit log stand; how they hold on to each other is the policy's.
@Suite struct AuditLogTests {
    private func entry(_ number: Int64, _ text: String) -> AuditEntry {
        AuditEntry(
            number: number, record: Array(text.utf8), digest: [UInt8](repeating: UInt8(number % 256), count: 32),
            keyID: "k1", seal: [UInt8](repeating: 0, count: 32))
    }

    @Test(arguments: TestedLedger.allCases)
    func entriesStandInTheirOrderAndNumbersAreTakenOnce(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.lastAuditEntry() == nil)
            #expect(try await ledger.auditEntries(after: 0, limit: 10) == [])
            for number in Int64(1)...5 { #expect(try await ledger.append(entry(number, "{\"n\":\(number)}"))) }
            #expect(try await !ledger.append(entry(3, "{}")))
            #expect(try await ledger.lastAuditEntry() == entry(5, "{\"n\":5}"))
            #expect(try await ledger.auditEntries(after: 2, limit: 2).map(\.number) == [3, 4])
            #expect(try await ledger.auditEntries(after: 4, limit: 9) == [entry(5, "{\"n\":5}")])
        }
    }

    /// Operators on several machines: each number is given once.
    @Test(arguments: TestedLedger.allCases)
    func ofManyWritersOneTakesANumber(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 3) { ledgers async throws in
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for (index, ledger) in ledgers.enumerated() {
                    for _ in 0..<4 { group.addTask { try await ledger.append(entry(1, "{\"by\":\(index)}")) } }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(taken == 1)
        }
    }
}
