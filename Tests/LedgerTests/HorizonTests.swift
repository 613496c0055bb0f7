import FoundationEssentials
import Ledger
import Messaging
import Testing

/// Up to when opt-outs are known to be recorded.
@Suite struct HorizonTests {
    @Test(arguments: TestedLedger.allCases)
    func nothingIsKnownWithoutABridge(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.consentKnownAt() == nil)
            #expect(try await ledger.claim(claim("a")).facts.consentKnownAt == nil)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theOldestLastTickCounts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await ledger.noteTick(bridge: "b1", at: seconds(4), isLeaving: false, now: seconds(100))
            try await ledger.noteTick(bridge: "b2", at: seconds(2), isLeaving: false, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == seconds(2))
            #expect(try await ledger.claim(claim("a")).facts.consentKnownAt == seconds(2))
            #expect(try await ledger.facts(recipient: [.anna], program: program).consentKnownAt == seconds(2))
            try await ledger.noteTick(bridge: "b2", at: seconds(6), isLeaving: false, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == seconds(4))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aTickThatComesAgainDoesNotGoBack(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await ledger.noteTick(bridge: "b1", at: seconds(4), isLeaving: false, now: seconds(100))
            try await ledger.noteTick(bridge: "b1", at: seconds(2), isLeaving: false, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == seconds(4))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aTickByAClockThatWasSetBackDoesNotHoldUpTheNext(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await ledger.noteTick(bridge: "b1", at: seconds(3600), isLeaving: false, now: seconds(3600))
            // Two recorders' clocks are never quite alike.
            try await ledger.noteTick(bridge: "b1", at: seconds(3589), isLeaving: false, now: seconds(3590))
            #expect(try await ledger.consentKnownAt() == seconds(3600))
            try await ledger.noteTick(bridge: "b1", at: seconds(4), isLeaving: false, now: seconds(5))
            #expect(try await ledger.consentKnownAt() == seconds(4))
            try await ledger.noteTick(bridge: "b1", at: seconds(6), isLeaving: true, now: seconds(6))
            #expect(try await ledger.consentKnownAt() == nil)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aBridgeThatLeavesHoldsNothingUp(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await ledger.noteTick(bridge: "b1", at: seconds(2), isLeaving: false, now: seconds(100))
            try await ledger.noteTick(bridge: "b2", at: seconds(9), isLeaving: false, now: seconds(100))
            try await ledger.noteTick(bridge: "b1", at: seconds(3), isLeaving: true, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == seconds(9))
            // An older tick that is delivered again does not bring it back.
            try await ledger.noteTick(bridge: "b1", at: seconds(2), isLeaving: false, now: seconds(100))
            try await ledger.noteTick(bridge: "b1", at: seconds(3), isLeaving: false, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == seconds(9))
            try await ledger.noteTick(bridge: "b1", at: seconds(4), isLeaving: false, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == seconds(4))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whenAllBridgesHaveLeftNothingIsKnown(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await ledger.noteTick(bridge: "b1", at: seconds(2), isLeaving: false, now: seconds(100))
            try await ledger.noteTick(bridge: "b1", at: seconds(2), isLeaving: true, now: seconds(100))
            #expect(try await ledger.consentKnownAt() == nil)
        }
    }
}
