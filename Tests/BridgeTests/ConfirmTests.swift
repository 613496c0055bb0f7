import Messaging
import Testing

@testable import Bridge

@Suite("Nothing is taken that is not on the broker") struct ConfirmTests {
    @Test("whatever is not confirmed is asked for again, and a repeat makes the same events", arguments: 0...2)
    func again(confirmed: Int) async throws {
        let bench = try Bench()
        let request = Webhooks.status("undelivered", errorCode: 21610)
        bench.broker.set(.confirmsOnly(confirmed))
        let refused = await bench.take(request)
        #expect(refused.status == 503)
        #expect(refused.reason == "the broker is away")
        #expect(bench.broker.events.count == confirmed)
        bench.broker.set(.confirms)
        bench.clock.advance(by: 4)
        #expect(await bench.take(request) == .taken)
        #expect(bench.broker.events.count == confirmed + 3)
        #expect(
            Set(bench.broker.events.map(\.id)) == [
                "\(Bench.message)/undelivered", "\(Bench.message)/undelivered/error.21610",
                "\(Bench.message)/consent.revoked",
            ])
    }

    @Test("a STOP is on its way before the message that it came in") func stopFirst() async throws {
        let bench = try Bench()
        bench.broker.set(.confirmsOnly(1))
        #expect(await bench.take(Webhooks.inbound("STOP")).status == 503)
        #expect(bench.broker.names == ["consent.revoked"])
    }

    @Test("a broker that says nothing is not waited for", .timeLimit(.minutes(5))) func hangs() async throws {
        var bench = try Bench()
        bench.configuration.confirmTimeout = 0.02
        bench.broker.set(.hangs)
        let answer = await bench.take(Webhooks.status())
        #expect(answer.status == 503)
        #expect(answer.reason == "no confirm in time")
        bench.broker.release()
        bench.broker.set(.confirms)
        bench.configuration.confirmTimeout = 30
        #expect(await bench.take(Webhooks.status()) == .taken)
    }

    @Test("a ledger that says nothing costs its limit and no more", .timeLimit(.minutes(5))) func ledgerHangs()
        async throws
    {
        var bench = try Bench()
        bench.configuration.ledgerTimeout = 0.02
        bench.ledger.set(.hangs)
        #expect(await bench.take(Webhooks.inbound("Hello")) == .takenWithTwiML)
        #expect(bench.broker.events.first?.conversation == nil)
        bench.ledger.release()
    }

    @Test("the first answer counts: the body's, else the fallback", .timeLimit(.minutes(5))) func deadline()
        async throws
    {
        let bench = try Bench()
        #expect(await within(seconds: 3600, on: bench.loop, otherwise: 1) { 2 } == 2)
        let value = await within(seconds: 0, on: bench.loop, otherwise: 1) {
            await bench.broker.waitForEvents(1)
            return 2
        }
        #expect(value == 1)
        _ = await bench.broker.publish(
            Event(
                id: "1", name: .message(.sent), subject: "x", time: bench.clock.now,
                message: MessageContext(account: "a")))
    }
}
