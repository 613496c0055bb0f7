import AMQP
import Foundation
import Logging
import Messaging
import Synchronization
import Testing

@testable import Recorder

@Suite("Recorder's intake") final class IntakeTests {
    private let ledger = NotingLedger()
    private let settled = Settled()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let unread = UnreadOptOuts()
    private var clock = Date(timeIntervalSince1970: 1_795_300_000)

    private func retrying(wait: @escaping @Sendable () async -> Void = { await Task.yield() }) -> Retrying {
        Retrying(logger: logger) { _ in await wait() }
    }

    private var consent: ConsentIntake {
        ConsentIntake(
            ledger: ledger, logger: logger, settling: settled.settling, retrying: retrying(), unread: unread,
            now: { [clock] in clock })
    }

    private var statuses: StatusIntake {
        StatusIntake(
            ledger: ledger, lostAfter: 3600, logger: logger, settling: settled.settling, retrying: retrying(),
            now: { [clock] in clock })
    }

    private func revocation(_ number: UInt64) -> Delivery {
        delivery(
            number, "consent.revoked.sms.none.none",
            """
            {"type": "switchboard.consent.revoked.v1", "data": {"recipient": {"token": "ph_k1_x"},
             "consent": {"scope": "program", "program": "p", "evidence": "SM\(number)", "at": "2026-11-21T15:00:00Z"}}}
            """)
    }

    private func unreadable(_ number: UInt64, _ name: String = "revoked") -> Delivery {
        delivery(number, "consent.\(name).sms.none.none", "{}")
    }

    private func tick(_ number: UInt64) -> Delivery {
        delivery(
            number, "bridge.tick.none.none.none",
            #"{"type": "switchboard.bridge.tick.v1", "time": "2026-11-21T15:00:00Z", "data": {"bridge": "b"}}"#)
    }

    private func status(_ number: UInt64) -> Delivery {
        delivery(
            number, "message.sent.sms.none.none",
            #"{"type": "switchboard.message.sent.v1", "time": "2026-11-21T15:00:00Z", "data": {"provider": {"sid": "SM1"}}}"#
        )
    }

    // MARK: Consent

    @Test("a tick is noted after every opt-out before it, and before none after it") func order() async {
        await consent.take([revocation(1), revocation(2), tick(3), revocation(4), tick(5)])
        let notes = ledger.written
        #expect(Set(notes[0..<2]) == ["revoked SM1", "revoked SM2"])
        #expect(Array(notes[2...]) == ["tick b", "revoked SM4", "tick b"])
        #expect(settled.acknowledged == [1, 2, 3, 4, 5])
    }

    @Test("a bridge whose clock is ahead says nothing of the future") func clockAhead() async throws {
        let told = try #require(parseRFC3339("2026-11-21T15:00:00Z"))
        clock = told.addingTimeInterval(-3600)
        await consent.take([revocation(1), tick(2)])
        #expect(ledger.times == [clock, clock])
        clock = told.addingTimeInterval(3600)
        await consent.take([revocation(3), tick(4)])
        #expect(ledger.times.suffix(2) == [told, told])
    }

    @Test("a ledger that is away is asked again, and nothing is acknowledged before it is back") func away() async {
        ledger.fail(times: 7, with: NotingLedger.Away())
        let acknowledgedWhileAway = Mutex(0)
        let settled = settled
        let ledger = ledger
        let intake = ConsentIntake(
            ledger: ledger, logger: logger, settling: settled.settling,
            retrying: retrying {
                acknowledgedWhileAway.withLock { $0 += ledger.isAway ? settled.acknowledged.count : 0 }
                await Task.yield()
            }, unread: unread, now: { [clock] in clock })
        await intake.take([revocation(1), tick(2)])
        #expect(ledger.written == ["revoked SM1", "tick b"])
        #expect(acknowledgedWhileAway.withLock { $0 } == 0)
        #expect(settled.acknowledged == [1, 2])
    }

    @Test("what was given up at the end of the process is not acknowledged") func interrupted() async {
        ledger.fail(times: .max, with: NotingLedger.Away())
        let consent = consent
        let statuses = statuses
        let deliveries = [revocation(1), tick(2)]
        let reported = [status(3)]
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await consent.take(deliveries) }
            group.addTask { await statuses.take(reported) }
            await ledger.asked.first { _ in true }
            group.cancelAll()
        }
        #expect(ledger.written == [])
        #expect(settled.acknowledged == [])
        #expect(settled.givenUp == [])
    }

    @Test("an opt-out that cannot be read stays, stops the ticks, and holds up no other opt-out")
    func unreadOptOut() async {
        await consent.take([revocation(1), unreadable(2), revocation(3), tick(4)])
        await consent.take([revocation(5), tick(6)])
        #expect(Set(ledger.written) == ["revoked SM1", "revoked SM3", "revoked SM5"])
        #expect(settled.acknowledged == [1, 3, 4, 5, 6])
        #expect(settled.givenUp == [])
        #expect(unread.isAny)
    }

    @Test("however many opt-outs cannot be read, none is given up") func manyUnread() async {
        await consent.take((1...300).map { unreadable($0) } + [tick(301)])
        #expect(settled.givenUp == [])
        #expect(settled.acknowledged == [301])
        #expect(unread.count == 300)
        unread.deliveriesReturned()
        await consent.take([unreadable(1), unreadable(2)])
        #expect(unread.count == 2)
        #expect(unread.isAny)
        #expect(ledger.written == [])
    }

    @Test("an opt-out that the ledger refuses counts as unread") func refused() async {
        ledger.fail(times: 1, with: NotingLedger.Refusal())
        await consent.take([revocation(1), tick(2), revocation(3)])
        #expect(ledger.written == ["revoked SM3"])
        #expect(settled.acknowledged == [2, 3])
        #expect(unread.isAny)
    }

    @Test("a tick or a yes that cannot be read is given up, and harms nobody") func harmless() async {
        await consent.take([
            delivery(1, "bridge.tick.none.none.none", "{}"), unreadable(2, "granted"), tick(3),
            delivery(4, "consent.asked.none.none.none", #"{"type": "switchboard.consent.asked.v1", "data": {}}"#),
        ])
        #expect(ledger.written == ["tick b"])
        #expect(settled.givenUp == [1, 2])
        #expect(settled.acknowledged == [3, 4])
        #expect(!unread.isAny)
    }

    // MARK: Statuses

    @Test("statuses are recorded, one that cannot be read is given up, the rest is not read") func recorded() async {
        await statuses.take([
            status(1), delivery(2, "message.sent.sms.none.none", "garbage"),
            delivery(3, "error.30006.sms.none.none", "garbage"), tick(4),
        ])
        #expect(ledger.written == ["status sent"])
        #expect(settled.acknowledged == [1, 3, 4])
        #expect(settled.givenUp == [2])
    }

    @Test("an accepted message is to be asked about after its time, and nothing else is") func lookAt() async {
        let accepted = """
            {"type": "switchboard.message.accepted.v1", "time": "2026-11-21T15:00:00Z", "data": {"app": "shop",
             "messageId": "order-17", "account": "retail", "attempt": 1, "provider": {"sid": "SM1"}}}
            """
        await statuses.take([delivery(1, "message.accepted.sms.none.shop", accepted)])
        await statuses.take([status(2)])
        #expect(ledger.looks == [parseRFC3339("2026-11-21T16:00:00Z"), nil])
    }

    @Test("a message accepted by a clock that is ahead is asked about as if it had just been accepted")
    func lookAtByOurClock() async {
        let accepted = """
            {"type": "switchboard.message.accepted.v1", "time": "2026-11-25T15:00:00Z", "data": {"app": "shop",
             "messageId": "order-17", "account": "retail", "attempt": 1, "provider": {"sid": "SM1"}}}
            """
        await statuses.take([delivery(1, "message.accepted.sms.none.shop", accepted)])
        #expect(ledger.looks == [clock.addingTimeInterval(3600)])
    }

    @Test("of a message from a person its id is kept, by the time of receipt") func inbound() async throws {
        await statuses.take([
            delivery(
                1, "inbound.received.sms.none.none",
                """
                {"type": "switchboard.inbound.received.v1", "time": "2026-11-21T15:00:00Z",
                 "data": {"provider": {"sid": "SM7"}}}
                """),
            delivery(2, "inbound.received.sms.none.none", "{}"),
        ])
        #expect(ledger.written == ["inbound SM7"])
        #expect(ledger.times == [try #require(parseRFC3339("2026-11-21T15:00:00Z"))])
        #expect(settled.acknowledged == [1])
        #expect(settled.givenUp == [2])
    }

    @Test("a status that the ledger refuses is given up") func refusedStatus() async {
        ledger.fail(times: 1, with: NotingLedger.Refusal())
        await statuses.take([status(1)])
        #expect(settled.givenUp == [1])
    }

    @Test("a long batch is recorded to its end") func portions() async {
        await statuses.take((1...350).map { status($0) })
        #expect(settled.acknowledged.count == 350)
    }
}
