import AMQP
import Foundation
import Logging
import Messaging
import Synchronization
import Testing

@testable import Recorder

/// Keeps what was written, in order, and fails as often as it is told to.
private final class NotingLedger: StatusLedger {
    struct Away: Error {}

    let notes = Mutex<[String]>([])
    let failures = Mutex(0)

    private func note(_ text: String) throws {
        let fails = failures.withLock { count in
            defer { count = max(0, count - 1) }
            return count > 0
        }
        if fails { throw Away() }
        notes.withLock { $0.append(text) }
    }

    func record(_ report: StatusReport) async throws -> Bool {
        try note("status \(report.status.rawValue)")
        return true
    }
    func apply(_ change: ConsentChange) async throws -> Bool {
        try note("\(change.kind.rawValue) \(change.evidence)")
        return true
    }
    func noteTick(bridge: String, at: Date, isLeaving: Bool) async throws { try note("tick \(bridge)") }
    func consentKnownAt() async throws -> Date? { nil }
    func facts(recipient: [RecipientToken], program: String) async throws -> RecipientFacts {
        RecipientFacts(consent: .none, consentEpoch: 0)
    }
    func conversation(recipient: [RecipientToken], program: String) async throws -> Event.Conversation? { nil }
}

@Suite("Recorder's intake") final class IntakeTests {
    private let ledger = NotingLedger()
    private let acknowledged = Mutex<[DeliveryTag]>([])
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func delivery(_ number: UInt64, _ key: String, _ json: String) -> Delivery {
        Delivery(
            tag: DeliveryTag(unattached: number), exchange: "events", routingKey: key,
            message: Message(body: Array(json.utf8)))
    }

    private func revocation(_ number: UInt64) -> Delivery {
        delivery(
            number, "consent.revoked.sms.none.none",
            """
            {"type": "switchboard.consent.revoked.v1", "data": {"recipient": {"token": "ph_k1_x"},
             "consent": {"scope": "program", "program": "p", "evidence": "SM\(number)", "at": "2026-11-21T15:00:00Z"}}}
            """)
    }

    private func tick(_ number: UInt64) -> Delivery {
        delivery(
            number, "bridge.tick.none.none.none",
            #"{"type": "switchboard.bridge.tick.v1", "time": "2026-11-21T15:00:00Z", "data": {"bridge": "b"}}"#)
    }

    private func consent(_ deliveries: [Delivery]) async -> Bool {
        let done = Mutex<[DeliveryTag]>([])
        let intake = ConsentIntake(
            ledger: ledger, logger: logger, acknowledge: { tag in done.withLock { $0.append(tag) } },
            retrying: Retrying(logger: logger) { _ in await Task.yield() })
        let result = await intake.take(deliveries)
        let tags = done.withLock { $0 }
        acknowledged.withLock { $0 = tags }
        return result
    }

    @Test("a tick is noted after every opt-out before it, and before none after it") func order() async {
        #expect(await consent([revocation(1), revocation(2), tick(3), revocation(4), tick(5)]))
        let notes = ledger.notes.withLock { $0 }
        #expect(Set(notes[0..<2]) == ["revoked SM1", "revoked SM2"])
        #expect(Array(notes[2...]) == ["tick b", "revoked SM4", "tick b"])
        #expect(acknowledged.withLock { $0.count } == 5)
    }

    @Test("a ledger that is away is asked again, and nothing is acknowledged before it is back") func away() async {
        ledger.failures.withLock { $0 = 7 }
        #expect(await consent([revocation(1), tick(2)]))
        #expect(ledger.notes.withLock { $0 } == ["revoked SM1", "tick b"])
    }

    @Test("an opt-out that cannot be read stops everything after it, ticks above all") func unreadable() async {
        let broken = delivery(2, "consent.revoked.sms.none.none", "{}")
        #expect(await consent([revocation(1), broken, tick(3)]) == false)
        #expect(ledger.notes.withLock { $0 } == ["revoked SM1"])
        #expect(acknowledged.withLock { $0 } == [DeliveryTag(unattached: 1)])
    }

    @Test("a tick that cannot be read is left out") func unreadableTick() async {
        #expect(await consent([delivery(1, "bridge.tick.none.none.none", "{}"), tick(2)]))
        #expect(ledger.notes.withLock { $0 } == ["tick b"])
        #expect(acknowledged.withLock { $0.count } == 2)
    }

    @Test("statuses are recorded, the rest is acknowledged unread") func statuses() async {
        let done = Mutex(0)
        let intake = StatusIntake(
            ledger: ledger, logger: logger, acknowledge: { _ in done.withLock { $0 += 1 } },
            retrying: Retrying(logger: logger) { _ in await Task.yield() })
        let sent =
            #"{"type": "switchboard.message.sent.v1", "time": "2026-11-21T15:00:00Z", "data": {"provider": {"sid": "SM1"}}}"#
        await intake.take([
            delivery(1, "message.sent.sms.none.none", sent), delivery(2, "message.sent.sms.none.none", "garbage"),
            delivery(3, "error.30006.sms.none.none", "garbage"), tick(4),
        ])
        #expect(ledger.notes.withLock { $0 } == ["status sent"])
        #expect(done.withLock { $0 } == 4)
    }
}
