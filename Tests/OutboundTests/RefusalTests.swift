import AMQP
import Messaging
import Policy
import Testing
import Topics

@testable import Outbound

@Suite("A provider that says no") struct RefusalTests {
    @Test("for good: refused, its error beside it, and kept to be corrected") func forGood() async throws {
        let bench = try Bench()
        bench.carrier.answer(.refusal(21211))
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle refused", "event message.refused", "event error.21211",
                "publish dead transactional",
            ])
        #expect(bench.ledger.state(of: Bench.key) == .refused(attempt: 1, code: 21211))
        let (refused, error) = (bench.outbox.events[0], bench.outbox.events[1])
        #expect(refused.error?.code == 21211)
        #expect(refused.reason?.problem == "error 21211 name 21211")
        #expect(refused.decision != nil)
        #expect(error.error == refused.error)
        #expect(error.status == nil)
        #expect(error.routingKey == "error.21211.sms.transactional.shop")
        #expect(error.id != refused.id)
        #expect(bench.outbox.messages.first?.message.properties.headers["sb-reason"] == .string("refused:21211"))
    }

    @Test("opted out at the provider: the consent is revoked, and the request is not kept") func optedOut() async throws
    {
        let bench = try Bench()
        bench.carrier.answer(.refusal(21610))
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle refused", "event consent.revoked", "event message.refused",
                "event error.21610",
            ])
        let revoked = bench.outbox.events[0]
        #expect(revoked.consent?.program == Bench.sender)
        #expect(revoked.consent?.scope == "program")
        #expect(revoked.consent?.evidence == "twilio:21610:shop/order-17/1")
        #expect(revoked.recipient?.token == bench.tokens.tokens(for: try Address(Deliveries.recipient)).first)
        #expect(bench.outbox.messages.isEmpty)
    }

    /// The provider's code, the sender → whether it says that the person has opted out.
    static let optOuts: [(Int, Sender, Bool)] = [
        (30004, .number("+18335550100"), true), (30004, .number(Bench.sender), false),
        (30004, .messagingService("MG1"), false), (21610, .messagingService("MG1"), true),
        (63014, .number(Bench.sender), false), (63033, .messagingService("MG1"), false),
    ]

    @Test("blocked on a toll-free number is an opt-out, and elsewhere is not", arguments: optOuts)
    func optedOutAtTheNetwork(code: Int, sender: Sender, isOptOut: Bool) async throws {
        var bench = try Bench()
        let account = try #require(bench.directory.accounts["default"])
        bench.directory = Directory(
            accounts: [
                "default": AccountProfile(
                    alias: "default", carrier: bench.carrier, senders: ["main": sender], defaultSender: "main",
                    statusCallback: account.statusCallback, explain: account.explain)
            ], apps: ["shop": AppRegistration(isTrusted: true)])
        bench.carrier.answer(.refusal(code))
        try await bench.work(Deliveries.request())
        let revoked = bench.outbox.events.filter { $0.name.description == "consent.revoked" }
        #expect(revoked.map { $0.consent?.program } == (isOptOut ? [sender.text] : []))
        #expect(bench.outbox.messages.isEmpty == isOptOut)
    }

    @Test("later, within five seconds: waits without a slot and offers it again in the same journey")
    func shortRetryAfter() async throws {
        let bench = try Bench()
        bench.carrier.answer(.refusal(20429, retryAfter: 2))
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle held", "pause 2.0", "claim", "begin 2", "call", "settle accepted",
                "event message.accepted",
            ])
    }

    @Test("a provider that keeps asking for a short wait is throttling: the third goes to the ladder")
    func throttled() async throws {
        let bench = try Bench()
        for _ in 1...3 { bench.carrier.answer(.refusal(20429, retryAfter: 1)) }
        try await bench.work(Deliveries.request())
        let steps = bench.steps()
        #expect(steps.filter { $0.hasPrefix("pause") } == ["pause 1.0", "pause 1.0"])
        #expect(steps.filter { $0 == "call" }.count == 3)
        #expect(steps.last == "publish delay transactional.2m")
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-attempt"] == .int64(3))
    }

    @Test("what comes back from the ladder at one moment is called over five seconds, without a slot") func spread()
        async throws
    {
        let bench = try Bench()
        bench.carrier.answer(.refusal(20429, retryAfter: 60))
        bench.clock.set(jitter: 0.5)
        try await bench.work(Deliveries.request())
        #expect(!bench.steps().contains { $0.hasPrefix("pause") })
        try await bench.workAgain()
        #expect(
            bench.steps() == ["pause 2.5", "claim", "begin 2", "call", "settle accepted", "event message.accepted"])
        // What waited for another reason is not kept any longer.
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request(id: "order-18"))
        try await bench.workAgain()
        #expect(!bench.steps().contains { $0.hasPrefix("pause") })
    }

    @Test("a STOP during that wait wins") func stopDuringPause() async throws {
        var bench = try Bench()
        bench.carrier.answer(.refusal(20429, retryAfter: 0))
        let (ledger, clock) = (bench.ledger, bench.clock)
        let tokens = bench.tokens.tokens(for: try Address(Deliveries.recipient))
        bench.duringPause = {
            for token in tokens { ledger.setConsent(.revoked, of: token, program: Bench.sender, at: clock.now) }
        }
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle held", "pause 0.1", "claim", "close blocked",
                "event message.blocked",
            ])
    }

    @Test(
        "later: the delay ladder, by what the provider asked for or by the attempts",
        arguments: [
            (CarrierOutcome.refusal(20429, retryAfter: 60), "retry:20429", "2m"),
            (.refusal(20429, retryAfter: 30), "retry:20429", "30s"),
            (.refusal(20429, retryAfter: 1e9), "retry:20429", "6h"),
            (.refusal(20429), "retry:20429", "5s"),
            (.refusal(63018), "retry:63018", "2m"),
            (.refusal(63018, retryAfter: 3600), "retry:63018", "1h"),
            (.unreachable, "provider-unreachable", "5s"),
        ]) func later(outcome: CarrierOutcome, reason: String, step: String) async throws
    {
        let bench = try Bench()
        bench.carrier.answer(outcome)
        try await bench.work(Deliveries.request())
        #expect(
            bench.steps() == [
                "claim", "begin 1", "call", "settle held", "event message.deferred", "noteDeferral \(reason)",
                "publish delay transactional.\(step)",
            ])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string(reason))
        #expect(
            bench.outbox.messages.last?.message.properties.headers["sb-attempt"]
                == .int64(reason.hasPrefix("retry") ? 1 : 0))
        #expect(bench.outbox.events.first?.until != nil)
    }

    @Test("the waits grow with the attempts, and the limit ends them") func limit() async throws {
        var bench = try Bench()
        bench.configuration.maximumAttempts = 4
        for _ in 0..<4 { bench.carrier.answer(.refusal(20429)) }
        try await bench.work(Deliveries.request())
        for _ in 0..<2 { try await bench.workAgain() }
        #expect(
            bench.outbox.messages.map(\.routingKey) == ["transactional.5s", "transactional.30s", "transactional.2m"])
        _ = bench.steps()
        try await bench.workAgain()
        #expect(
            bench.steps() == [
                "claim", "begin 4", "call", "settle refused", "event message.refused", "event error.20429",
                "publish dead transactional",
            ])
        #expect(bench.carrier.calls.count == 4)
        #expect(bench.outbox.events.filter { $0.status == .deferred }.count == 1)
    }

    @Test("an outage costs no attempt of the message, and after it one that is put off is not given up") func outage()
        async throws
    {
        var bench = try Bench()
        bench.configuration.maximumAttempts = 2
        for _ in 0..<4 { bench.carrier.answer(.unreachable) }
        bench.carrier.answer(.refusal(20429))
        try await bench.work(Deliveries.request())
        for _ in 0..<4 { try await bench.workAgain() }
        #expect(bench.carrier.calls.count == 5)
        #expect(bench.outbox.messages.last?.exchange == Exchange.delay)
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-attempt"] == .int64(1))
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.status == .accepted)
    }

    @Test("what the provider puts off for minutes begins with minutes, up to its limit") func delayedCodes()
        async throws
    {
        var bench = try Bench()
        bench.configuration.maximumAttempts = 5
        for _ in 0..<5 { bench.carrier.answer(.refusal(63018)) }
        try await bench.work(Deliveries.request())
        for _ in 0..<4 { try await bench.workAgain() }
        #expect(
            bench.outbox.messages.map(\.routingKey) == [
                "transactional.2m", "transactional.10m", "transactional.1h", "transactional.6h", "transactional",
            ])
        #expect(bench.outbox.events.filter { $0.status == .refused }.map { $0.error?.code } == [63018])
        #expect(bench.carrier.calls.count == 5)
    }

    @Test("what is permanent or wants a change is offered once", arguments: [21211, 21610, 63016])
    func permanent(code: Int) async throws {
        let bench = try Bench()
        bench.carrier.answer(.refusal(code))
        try await bench.work(Deliveries.request())
        try await bench.work(Deliveries.request())
        #expect(bench.carrier.calls.count == 1)
        #expect(!bench.outbox.messages.contains { $0.exchange == Exchange.delay })
    }

    @Test("a message that could not be sent for too long is dropped, with the reason in its record") func tooOld()
        async throws
    {
        var bench = try Bench()
        bench.configuration.maximumAge = 7200
        bench.carrier.answer(.refusal(20429), .refusal(20429))
        try await bench.work(Deliveries.request())
        bench.clock.advance(by: 7199)
        try await bench.workAgain()
        #expect(bench.carrier.calls.count == 2)
        bench.clock.advance(by: 1)
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "close dropped", "event message.dropped"])
        let decision = String(decoding: try #require(bench.outbox.events.last?.decision), as: UTF8.self)
        #expect(decision.contains(#""rule":"guard.too-old","effect":"drop""#))
    }

    @Test("the age counts from sendAt, and a time that nobody wrote down is none") func age() async throws {
        var bench = try Bench()
        bench.configuration.maximumAge = 7200
        let json = #"{"to": "+14155550132", "body": "Hi", "sendAt": "2026-11-22T15:00:00Z"}"#
        try await bench.work(Deliveries.request(json))
        bench.clock.advance(by: 86_400)
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.status == .accepted)
        let another = try Bench()
        another.carrier.answer(.refusal(20429))
        try await another.work(Deliveries.request())
        var message = try #require(another.outbox.messages.last?.message)
        message.properties.headers["sb-first-at"] = nil
        try await another.work(Deliveries.returned(message, .transactional))
        #expect(another.outbox.events.last?.status == .accepted)
    }
}
