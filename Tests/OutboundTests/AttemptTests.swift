import AMQP
import Foundation
import Messaging
import Policy
import Testing
import Topics

@testable import Outbound

@Suite("Attempts that are not one's own, or not known") struct AttemptTests {
    @Test("while another worker may be calling, the message waits") func attempting() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        bench.ledger.put(Bench.key, .attempting(attempt: 1, worker: "worker-2", since: bench.clock.now))
        bench.clock.advance(by: bench.configuration.attemptLifetime - 0.1)
        _ = bench.steps()
        try await bench.work(Deliveries.redelivered(Deliveries.request()))
        #expect(bench.steps() == ["claim", "publish delay transactional.5s"])
    }

    @Test("after the longest time that a call may take, its outcome is unknown; nobody is called")
    func lostWorker() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request())
        bench.ledger.put(Bench.key, .attempting(attempt: 1, worker: "worker-2", since: bench.clock.now))
        bench.clock.advance(by: bench.configuration.attemptLifetime)
        _ = bench.steps()
        try await bench.work(Deliveries.redelivered(Deliveries.request()))
        #expect(
            bench.steps() == [
                "claim", "markUnknown 1", "event message.in-doubt", "publish delay transactional.30s",
            ])
    }

    @Test("the lifetime of an attempt covers the window, the call and a margin") func lifetime() {
        var configuration = WorkerConfiguration(id: "w")
        configuration.callTimeout = 60
        #expect(configuration.attemptLifetime >= configuration.attemptWindow + configuration.callTimeout + 5)
    }

    @Test("an answer that never came is in doubt, waits, and is given up; never sent again") func unknown() async throws
    {
        let bench = try Bench()
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle unknown", "event message.in-doubt",
                "publish delay transactional.30s",
            ])
        #expect(bench.outbox.events.last?.reason?.problem == "the connection broke before the answer")
        bench.clock.advance(by: 12)
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "publish delay transactional.5s"])
        bench.clock.advance(by: 18)
        try await bench.workAgain()
        #expect(
            bench.steps() == ["claim", "abandon 1", "event message.abandoned", "publish dead transactional"])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("abandoned"))
        #expect(bench.ledger.state(of: Bench.key) == .abandoned(attempt: 1))
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("a callback that settles the outcome meanwhile wins over giving up") func settledMeanwhile() async throws {
        let bench = try Bench()
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request())
        bench.ledger.put(
            Bench.key, .accepted(attempt: 1, sid: ScriptedCarrier.sid(1), providerStatus: "sent"))
        bench.clock.advance(by: 60)
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "event message.accepted"])
        #expect(bench.outbox.events.last?.provider?.sid == ScriptedCarrier.sid(1))
    }

    @Test("a grant that took longer than the window is given back and not used") func lateGrant() async throws {
        let bench = try Bench()
        let clock = bench.clock
        bench.ledger.beforeNextBegin { clock.advance(by: 5) }
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "settle held", "claim", "begin 2", "call", "settle accepted",
                "event message.accepted",
            ])
        #expect(bench.carrier.calls.count == 1)
        #expect(bench.outbox.events.last?.message.attempt == 2)
    }

    @Test("a late grant is given back even while the ledger is slow to answer") func lateGrantLedgerAway() async throws
    {
        let bench = try Bench()
        let clock = bench.clock
        bench.ledger.beforeNextBegin { clock.advance(by: 5) }
        bench.ledger.fail(.settle)
        try await bench.work(Deliveries.request())
        #expect(bench.ledger.state(of: Bench.key).map { "\($0)" }?.contains("accepted(attempt: 2") == true)
    }

    @Test("a STOP between decision and attempt is judged again, and wins") func stopInBetween() async throws {
        let bench = try Bench()
        let (ledger, clock) = (bench.ledger, bench.clock)
        let tokens = bench.tokens.tokens(for: try Address(Deliveries.recipient))
        ledger.beforeNextBegin {
            for token in tokens { ledger.setConsent(.revoked, of: token, program: Bench.sender, at: clock.now) }
        }
        try await bench.work(Deliveries.request())
        #expect(bench.steps() == ["claim", "begin 1", "claim", "close blocked", "event message.blocked"])
        #expect(bench.carrier.calls.isEmpty)
    }

    @Test("what expires between decision and attempt is dropped") func expiryInBetween() async throws {
        let bench = try Bench()
        let at = formatRFC3339(bench.clock.now.addingTimeInterval(8))
        let clock = bench.clock
        // The first grant comes too late, and when the second is asked for the message has expired.
        bench.ledger.beforeNextBegin { clock.advance(by: 8) }
        try await bench.work(
            Deliveries.request(#"{"to": "\#(Deliveries.recipient)", "body": "Hi", "expiresAt": "\#(at)"}"#))
        #expect(
            bench.steps() == [
                "claim", "begin 1", "settle held", "claim", "close dropped", "event message.dropped",
            ])
        #expect(bench.carrier.calls.isEmpty)
    }

    @Test("facts that never stand still send the message round, not in circles") func restlessFacts() async throws {
        let bench = try Bench()
        let ledger = bench.ledger
        let tokens = bench.tokens.tokens(for: try Address(Deliveries.recipient))
        let clock = bench.clock
        @Sendable func disturb() {
            for token in tokens { ledger.setConsent(.granted, of: token, program: Bench.sender, at: clock.now) }
            ledger.beforeNextBegin(disturb)
        }
        ledger.beforeNextBegin(disturb)
        try await bench.work(Deliveries.request())
        #expect(bench.steps().suffix(3) == ["claim", "begin 1", "publish delay transactional.5s"])
        #expect(bench.carrier.calls.isEmpty)
    }

    @Test("a message that another worker took in between is left to it") func superseded() async throws {
        let bench = try Bench()
        let (ledger, now) = (bench.ledger, bench.clock.now)
        ledger.beforeNextBegin {
            ledger.put(Bench.key, .attempting(attempt: 1, worker: "worker-2", since: now))
        }
        try await bench.work(Deliveries.request())
        #expect(bench.steps() == ["claim", "begin 1", "publish delay transactional.5s"])
        bench.ledger.put(Bench.key, .held(attempts: 1))
        ledger.beforeNextBegin { ledger.put(Bench.key, .held(attempts: 2)) }
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "begin 2", "publish delay transactional.5s"])
        #expect(bench.carrier.calls.isEmpty)
    }
}
