import FoundationEssentials
import Messaging
import Testing

@testable import Ledger

/// What operators do: keys, a restored copy, a bridge that vanished.
@Suite struct UpkeepTests {
    private func key(_ id: String, _ byte: UInt8 = 1) -> TokenKeyFingerprint {
        TokenKeyFingerprint(id: id, fingerprint: [UInt8](repeating: byte, count: 8))
    }

    @Test(arguments: TestedLedger.allCases)
    func aKeyUnderWhichAnOptOutStandsMustStay(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.admit([key("k1"), key("k10")]) == [])
            #expect(try await ledger.admit([key("k2")]) == [])
            _ = try await ledger.apply(change(.revoked, sid(1)))
            #expect(try await ledger.admit([key("k2"), key("k1")]) == [])
            #expect(try await ledger.admit([key("k2"), key("k3")]) == [.missing("k1")])
            // Somebody who was seen again stands under the newest key.
            _ = try await ledger.claim(claim("a", recipient: [.annaNew, .anna]))
            #expect(try await ledger.admit([key("k2")]) == [])
            #expect(try await ledger.admit([key("k1")]) == [.missing("k2")])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anIdKeepsItsKey(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.admit([key("k1")]) == [])
            #expect(try await ledger.admit([key("k2"), key("k1", 2)]) == [.changed("k1")])
            // Nothing of a list that was refused is remembered.
            #expect(try await ledger.admit([key("k2", 3), key("k1")]) == [])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func afterARestoreWhatIsMissingCountsAsUnknown(_ store: TestedLedger) async throws {
        try await withLedgers(store) { before, reopen async throws in
            _ = try await before.claim(claim("known"))
            _ = try await before.claim(claim("held", at: seconds(-60)))
            _ = try await before.claim(claim("put off", at: seconds(-60)))
            try await before.noteDeferral(.shop("put off"), reason: "quiet-hours", now: seconds(-50))
            try await before.noteRestored(now: noon)
            #expect(try await before.status().restoredAt == noon)
            let ledger = try await reopen()
            var old = claim("old", at: seconds(5))
            old.firstSeen = seconds(-1)
            #expect(try await ledger.claim(old).state == .unknown(attempt: 1, since: seconds(5)))
            #expect(try await ledger.begin(start("old")) == .superseded(.unknown(attempt: 1, since: seconds(5))))
            #expect(try await ledger.abandon(.shop("old"), attempt: 1, now: seconds(9)))
            var known = claim("known", at: seconds(5))
            known.firstSeen = seconds(-1)
            #expect(try await ledger.claim(known).state == .held(attempts: 0))
            // What was held when the copy was made may have been sent since.
            for id in ["held", "put off"] {
                #expect(
                    try await ledger.claim(claim(id, at: seconds(5))).state == .unknown(attempt: 1, since: seconds(5)))
                #expect(try await ledger.begin(start(id, at: seconds(6))) != .granted)
            }
            #expect(try await ledger.doubt(about: .shop("held"), recipient: claim("held").recipient).hasRival)
            #expect(try await ledger.claim(claim("new", at: noon)).state == .held(attempts: 0))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageThatSaysItWasCalledIsNeverNew(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var called = claim("a", at: seconds(1))
            called.mayHaveBeenCalled = true
            #expect(try await ledger.claim(called).state == .unknown(attempt: 1, since: seconds(1)))
            #expect(
                try await ledger.record(
                    report("a", .sent, sid: sid(4), attempt: 1) { $0.providerStatus = "sent" }))
            #expect(
                try await ledger.claim(called).state
                    == .accepted(attempt: 1, sid: sid(4), providerStatus: "sent"))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aRequestIsKnownAgainUnderAnOlderKey(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a", hash: 1))
            var rotated = claim("a", hash: 2)
            #expect(try await !ledger.claim(rotated).isSameRequest)
            rotated.olderHashes = [[UInt8](repeating: 1, count: 32)]
            #expect(try await ledger.claim(rotated).isSameRequest)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatAWorkerWasAnsweredIsKnownBeforeAnyRecorderHasSeenIt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let acceptance = Acceptance(sid: sid(7), status: "queued")
            for id in ["a", "b"] {
                _ = try await ledger.claim(claim(id))
                _ = try await ledger.begin(start(id))
            }
            #expect(try await ledger.settle(settlement("a", .accepted(acceptance))))
            #expect(try await ledger.known(sids: [sid(7), sid(8)]) == [sid(7)])
            // A recorder's word changes nothing of that.
            _ = try await ledger.record(
                StatusReport(key: .shop("a"), sid: sid(7), status: .accepted, at: seconds(1)))
            #expect(try await ledger.known(sids: [sid(7), sid(8)]) == [sid(7)])
            // So another's lost call is not settled by it.
            _ = try await ledger.settle(settlement("b", .unknown))
            #expect(try await !ledger.settleFound(.shop("b"), attempt: 1, acceptance, now: seconds(1)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatIsFoundAtTheProviderSettlesAnUnknownAttempt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let acceptance = Acceptance(sid: sid(7), status: "sent")
            for id in ["a", "b"] {
                _ = try await ledger.claim(claim(id))
                _ = try await ledger.begin(start(id))
            }
            #expect(try await !ledger.settleFound(.shop("a"), attempt: 1, acceptance, now: seconds(1)))
            _ = try await ledger.settle(settlement("a", .unknown))
            #expect(try await ledger.known(sids: [sid(7)]) == [])
            #expect(try await !ledger.settleFound(.shop("a"), attempt: 2, acceptance, now: seconds(1)))
            #expect(try await ledger.settleFound(.shop("a"), attempt: 1, acceptance, now: seconds(1)))
            #expect(try await ledger.known(sids: [sid(6), sid(7)]) == [sid(7)])
            #expect(
                try await ledger.claim(claim("a")).state
                    == .accepted(attempt: 1, sid: sid(7), providerStatus: "sent"))
            #expect(try await !ledger.settleFound(.shop("a"), attempt: 1, acceptance, now: seconds(2)))
            #expect(try await ledger.begin(start("a", attempt: 2)) != .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageOfTheProviderSettlesOneOfOursAlone(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let acceptance = Acceptance(sid: sid(7), status: "sent")
            for id in ["a", "b", "c"] {
                _ = try await ledger.claim(claim(id))
                _ = try await ledger.begin(start(id))
            }
            let recipient = claim("a").recipient
            _ = try await ledger.settle(settlement("a", .unknown))
            #expect(
                try await ledger.doubt(about: .shop("a"), recipient: recipient)
                    == MessageDoubt(program: claim("a").program, hasRival: false))
            _ = try await ledger.settle(settlement("b", .unknown))
            #expect(try await ledger.doubt(about: .shop("a"), recipient: recipient).hasRival)
            #expect(try await !ledger.doubt(about: .shop("a"), recipient: [RecipientToken("ph_k1_x")]).hasRival)
            #expect(try await ledger.settleFound(.shop("a"), attempt: 1, acceptance, now: seconds(1)))
            #expect(try await !ledger.settleFound(.shop("b"), attempt: 1, acceptance, now: seconds(1)))
            #expect(try await ledger.claim(claim("b")).state == .unknown(attempt: 1, since: noon))
            #expect(try await !ledger.doubt(about: .shop("b"), recipient: recipient).hasRival)
            // A callback makes its message known as well.
            _ = try await ledger.settle(settlement("c", .unknown))
            #expect(try await ledger.record(report("c", .sent, sid: sid(8), attempt: 1, at: seconds(2))))
            #expect(try await ledger.known(sids: [sid(7), sid(8)]) == [sid(7), sid(8)])
            #expect(try await !ledger.doubt(about: .shop("b"), recipient: recipient).hasRival)
            #expect(try await ledger.abandon(.shop("b"), attempt: 1, now: seconds(3)))
            #expect(try await !ledger.doubt(about: .shop("a"), recipient: recipient).hasRival)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aRequestMovesToTheNewestKey(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a", hash: 1))
            var rotated = claim("a", hash: 2)
            rotated.olderHashes = [[UInt8](repeating: 1, count: 32)]
            #expect(try await ledger.claim(rotated).isSameRequest)
            // The older key is gone.
            #expect(try await ledger.claim(claim("a", hash: 2)).isSameRequest)
            #expect(try await !ledger.claim(claim("a", hash: 1)).isSameRequest)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aBridgeThatVanishedCanBeRetired(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await ledger.noteTick(bridge: "gone", at: noon, isLeaving: false, now: seconds(100))
            try await ledger.noteTick(bridge: "here", at: seconds(60), isLeaving: false, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == noon)
            #expect(try await ledger.status().bridges.map(\.name) == ["gone", "here"])
            #expect(try await !ledger.retire(bridge: "another"))
            #expect(try await ledger.retire(bridge: "gone"))
            #expect(try await ledger.consentKnownAt() == seconds(60))
        }
    }

    @Test func noFileIsMadeWhereNoneMayBe() async throws {
        try await withLedgerFile { path async throws in
            let error = await #expect(throws: LedgerError.self) {
                _ = try await openLedger(path) { $0.createsFile = false }
            }
            #expect(error?.code == .absent)
            #expect(!FileManager.default.fileExists(atPath: path))
            try Data().write(to: URL(filePath: path))
            let empty = await #expect(throws: LedgerError.self) {
                _ = try await openLedger(path) { $0.createsFile = false }
            }
            #expect(empty?.code == .absent)
            try await openLedger(path).close()
            try await openLedger(path) { $0.createsFile = false }.close()
        }
    }

    /// A ledger, and a way to open it again as another process would.
    private func withLedgers(
        _ store: TestedLedger,
        _ body: (any MessageLedger & LedgerUpkeep, () async throws -> any MessageLedger) async throws -> Void
    ) async throws {
        switch store {
        case .sqlite:
            try await withLedgerFile { path async throws in
                try await body(try await openLedger(path)) { try await openLedger(path) }
            }
        case .postgres:
            try await withPostgresSchema { schema async throws in
                let first = try await openPostgresLedger(schema)
                let second = try await openPostgresLedger(schema)
                try await body(first) { second }
                await first.close()
                await second.close()
            }
        }
    }
}
