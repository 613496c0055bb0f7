import FoundationEssentials
import Messaging
import Testing

@testable import Ledger

/// What an operator asks of single messages.
@Suite struct TraceTests {
    @Test(arguments: TestedLedger.allCases)
    func aMessageIsTracedFromClaimToDelivery(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.traces(messageID: "a", app: nil).isEmpty)
            _ = try await ledger.claim(claim("a"))
            let held = try #require(try await ledger.traces(messageID: "a", app: "shop").first)
            #expect(held.key == .shop("a"))
            #expect(held.state == .held(attempts: 0))
            #expect(held.messageClass == .promotional)
            #expect(held.purpose == "spring")
            #expect(held.channel == .sms)
            #expect(held.firstSeenAt == noon)
            #expect(held.attempts == 0)
            #expect(held.decision == nil && held.worker == nil && held.status == nil && held.finalAt == nil)

            try await ledger.noteDeferral(.shop("a"), reason: "retry:20429", now: seconds(1))
            _ = try await ledger.begin(start("a", decision: #"{"x":1}"#, at: seconds(2)))
            let attempting = try #require(try await ledger.traces(messageID: "a", app: nil).first)
            #expect(attempting.state == .attempting(attempt: 1, worker: "w1", since: seconds(2)))
            #expect(attempting.worker == "w1")
            #expect(attempting.changedAt == seconds(2))
            #expect(attempting.deferralReason == "retry:20429")
            #expect(attempting.decision == Array(#"{"x":1}"#.utf8))

            _ = try await ledger.settle(
                settlement("a", .accepted(Acceptance(sid: sid(1), status: "queued")), at: seconds(3)))
            _ = try await ledger.record(
                report("a", .undelivered, sid: sid(1), attempt: 1, at: seconds(9)) { $0.errorCode = 30003 })
            let ended = try #require(try await ledger.traces(messageID: "a", app: nil).first)
            #expect(ended.state == .accepted(attempt: 1, sid: sid(1), providerStatus: "queued"))
            #expect(ended.sid == sid(1))
            #expect(ended.providerStatus == "queued")
            #expect(ended.status == .undelivered)
            #expect(ended.statusAt == seconds(9))
            #expect(ended.finalAt == seconds(9))
            #expect(ended.errorCode == 30003)
            #expect(ended.attempts == 1)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func everyAppsMessageOfAnIdIsFoundAndNoOther(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for app in ["shop", "bank", "clinic"] {
                for id in ["a", "b"] {
                    var claim = claim(id)
                    claim.key = MessageKey(app: app, messageID: id)
                    _ = try await ledger.claim(claim)
                }
            }
            var only = claim("only")
            only.key = MessageKey(app: "clinic", messageID: "only")
            _ = try await ledger.claim(only)
            #expect(try await ledger.traces(messageID: "a", app: nil).map(\.key.app) == ["bank", "clinic", "shop"])
            #expect(try await ledger.traces(messageID: "a", app: "clinic").map(\.key.app) == ["clinic"])
            #expect(try await ledger.traces(messageID: "only", app: nil).map(\.key.app) == ["clinic"])
            #expect(try await ledger.traces(messageID: "only", app: "shop").isEmpty)
            #expect(try await ledger.traces(messageID: "a", app: "nobody").isEmpty)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageOfWhichOnlyAStatusIsKnownHasNoRequest(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.record(report("a", .sent, sid: sid(4), attempt: 1) { $0.providerStatus = "sent" })
            let trace = try #require(try await ledger.traces(messageID: "a", app: nil).first)
            #expect(trace.messageClass == nil && trace.purpose == nil && trace.channel == nil)
            #expect(trace.state == .accepted(attempt: 1, sid: sid(4), providerStatus: "sent"))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func everyEndIsTold(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            for id in ["blocked", "refused", "unknown", "abandoned"] { _ = try await ledger.claim(claim(id)) }
            try await ledger.close(.shop("blocked"), as: .blocked, decision: Array("{}".utf8), now: seconds(1))
            for id in ["refused", "unknown", "abandoned"] { _ = try await ledger.begin(start(id)) }
            _ = try await ledger.settle(settlement("refused", .refused(code: 21211), at: seconds(1)))
            _ = try await ledger.settle(settlement("unknown", .unknown, at: seconds(1)))
            _ = try await ledger.settle(settlement("abandoned", .unknown, at: seconds(1)))
            _ = try await ledger.abandon(.shop("abandoned"), attempt: 1, now: seconds(2))
            func state(_ id: String) async throws -> AttemptState? {
                try await ledger.traces(messageID: id, app: nil).first?.state
            }
            #expect(try await state("blocked") == .closed(.blocked))
            #expect(try await state("refused") == .refused(attempt: 1, code: 21211))
            #expect(try await state("unknown") == .unknown(attempt: 1, since: seconds(1)))
            #expect(try await state("abandoned") == .abandoned(attempt: 1))
            #expect(try await ledger.traces(messageID: "blocked", app: nil).first?.finalAt == seconds(1))
        }
    }
}
