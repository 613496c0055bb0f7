import Messaging
import Policy
import Synchronization
import Testing

@testable import Switchboard

/// An audit log in memory, whose rows anybody may change.
private final class OpenAuditLog: AuditLog {
    let rows = Mutex<[AuditEntry]>([])

    func lastAuditEntry() async throws -> AuditEntry? { rows.withLock { $0.max { $0.number < $1.number } } }

    func append(_ entry: AuditEntry) async throws -> Bool {
        rows.withLock { rows in
            guard !rows.contains(where: { $0.number == entry.number }) else { return false }
            rows.append(entry)
            return true
        }
    }

    func auditEntries(after number: Int64, limit: Int) async throws -> [AuditEntry] {
        rows.withLock { rows in
            Array(rows.filter { $0.number > number }.sorted { $0.number < $1.number }.prefix(limit))
        }
    }
}

@Suite("The check of the audit log") struct AuditCheckTests {
    private let log = OpenAuditLog()
    private let old: AuditChain
    private let both: AuditChain
    private let new: AuditChain

    init() throws {
        let (first, second) = (
            "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4="
        )
        old = AuditChain(ledgerID: "l", keys: try RecipientTokenKeys(first))
        both = AuditChain(ledgerID: "l", keys: try RecipientTokenKeys("\(second),\(first)"))
        new = AuditChain(ledgerID: "l", keys: try RecipientTokenKeys(second))
    }

    private func note(_ count: Int, _ chain: AuditChain) async throws {
        for _ in 0..<count { try await AuditTrail(log, chain).note("consent.revoke", reason: "ticket-1") }
    }

    private func problems(_ chain: AuditChain, wanted: String? = nil) async throws -> [String] {
        try await AuditCheck(log, chain, wanted: wanted).problems
    }

    @Test("nothing, and what was written under one key after the other, is right") func right() async throws {
        #expect(try await problems(both) == [])
        try await note(3, old)
        try await note(2, both)
        #expect(try await problems(both) == [])
        // The key of the first three is gone: those behind hold on to them.
        let check = try await AuditCheck(log, new, wanted: nil)
        #expect(check.problems == [])
        #expect(check.lines[0] == "5 entries as written")
        #expect(check.lines[1].hasPrefix("3 of them sealed under k1"))
    }

    @Test("a log made anew under a key of nobody's is seen") func madeAnew() async throws {
        try await note(3, old)
        let stranger = AuditChain(
            ledgerID: "l", keys: try RecipientTokenKeys("k0:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHhA="))
        let kept = log.rows.withLock { Array($0.prefix(1)) }
        log.rows.withLock { $0 = [] }
        try await note(3, stranger)
        #expect(try await problems(old) == ["the last entry is sealed under k0, which SWITCHBOARD_TOKEN_KEYS lacks"])
        // And so is an end that was.
        log.rows.withLock { $0 = kept }
        try await note(1, stranger)
        #expect(try await problems(old).first == "entry 2: it is sealed under k0, which SWITCHBOARD_TOKEN_KEYS lacks")
    }

    @Test("what is wrong is told of every entry, and hides nothing behind it") func several() async throws {
        try await note(6, old)
        log.rows.withLock { rows in
            rows[1].record = [0x7B, 0x7D]
            rows[4].seal[0] ^= 1
            rows.append(AuditEntry(number: -7, record: [], digest: [], keyID: "k1", seal: []))
        }
        let told = try await problems(old).map { $0.prefix { $0 != ":" } }
        #expect(told == ["entry -7", "entry 1", "entry 2", "entry 5"])
    }

    @Test("an end that was cut off is missed by whoever noted it, and numbers that end are no trap") func end()
        async throws
    {
        try await note(3, old)
        let last = log.rows.withLock { hexadecimal($0[2].digest) }
        #expect(try await problems(old, wanted: last) == [])
        log.rows.withLock { _ = $0.removeLast() }
        #expect(try await problems(old, wanted: last).count == 1)
        log.rows.withLock { rows in rows.append(AuditEntry(number: .max, record: [], digest: [], keyID: "k1", seal: []))
        }
        await #expect(throws: (any Error).self) { try await note(1, old) }
        #expect(try await !problems(old).isEmpty)
    }
}
