import AMQP
import FoundationEssentials
import Messaging
import Testing
import Topics

@testable import Outbound

@Suite("Unknown outcomes are looked up") struct LookUpTests {
    private static let ours = ListedMessage(
        acceptance: Acceptance(sid: ScriptedCarrier.sid(77), status: "sent"), hasSameText: true, takenAt: .distantPast)

    /// A message whose call was not answered, its grace over, as the ladder gives it back.
    private func inDoubt(_ messageClass: MessageClass = .transactional) async throws -> Bench {
        var bench = try Bench()
        bench.configuration.lookUpLimit = 3600
        bench.carrier.list(.listed([]), .listed([]))
        bench.carrier.answer(.lost)
        try await bench.work(
            messageClass == .promotional ? Deliveries.promotional() : Deliveries.request(), from: messageClass)
        #expect(bench.outbox.events.last?.name == .message(.inDoubt))
        bench.clock.advance(by: 31)
        _ = bench.steps()
        return bench
    }

    @Test("a message of the list that no other attempt accounts for is ours") func found() async throws {
        let bench = try await inDoubt()
        bench.carrier.relist(.listed([Self.ours]))
        try await bench.workAgain()
        #expect(
            bench.steps() == [
                "claim", "look up", "known 1", "settleFound 1", "event message.accepted",
            ])
        #expect(bench.outbox.events.last?.provider == Event.Provider(sid: Self.ours.acceptance.sid, status: "sent"))
        #expect(bench.carrier.calls.count == 1)
        // A repeat tells the same.
        try await bench.work(Deliveries.request())
        #expect(bench.steps() == ["claim", "event message.accepted"])
    }

    @Test("the list is asked back to before the attempt was begun") func howFarBack() async throws {
        let bench = try await inDoubt()
        let now = bench.clock.now
        bench.ledger.put(Bench.key, .unknown(attempt: 1, since: now.addingTimeInterval(-30)))
        bench.clock.advance(by: 1)
        try await bench.workAgain()
        let since = try #require(bench.carrier.askedSince.first)
        #expect(since == now.addingTimeInterval(-31 - bench.configuration.attemptLifetime - 3600))
    }

    @Test("after an outage the call lies long before its outcome became unknown") func afterAnOutage() async throws {
        let bench = try await inDoubt()
        let begun = bench.clock.now.addingTimeInterval(-31)
        bench.clock.advance(by: 7200)
        bench.ledger.put(Bench.key, .unknown(attempt: 1, since: bench.clock.now))
        bench.clock.advance(by: 31)
        try await bench.workAgain()
        let since = try #require(bench.carrier.askedSince.first)
        #expect(since == begun.addingTimeInterval(-bench.configuration.attemptLifetime - 3600))
    }

    @Test("what was unknown from the first is looked for as long as ids are remembered") func lostLedger() async throws
    {
        let bench = try await inDoubt()
        let waiting = try #require(bench.outbox.messages.last)
        var another = try Bench()
        another.configuration.lookUpLimit = 3600
        try await another.work(Deliveries.returned(waiting.message, .transactional))
        another.clock.advance(by: 31)
        try await another.workAgain()
        let since = try #require(another.carrier.askedSince.first)
        #expect(since <= another.clock.now.addingTimeInterval(-40 * 86_400))
        #expect(another.carrier.calls.isEmpty)
    }

    @Test("a ledger that is away does not make a message forget that it was called") func ledgerAway() async throws {
        let bench = try await inDoubt()
        bench.ledger.fail(.claim)
        try await bench.workAgain()
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("in-doubt"))
    }

    @Test("absent twice, two minutes apart: a transactional message is judged and offered again")
    func absentTransactional() async throws {
        let bench = try await inDoubt()
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "look up", "known 0", "publish delay transactional.2m"])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("absent:1"))
        bench.clock.advance(by: 120)
        try await bench.workAgain()
        #expect(
            bench.steps() == [
                "claim", "look up", "known 0", "begin 2", "call", "settle accepted", "event message.accepted",
            ])
    }

    @Test("a STOP meanwhile wins over the second call") func stopMeanwhile() async throws {
        let bench = try await inDoubt()
        try await bench.workAgain()
        try bench.setConsent(.revoked)
        bench.clock.advance(by: 120)
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.carrier.calls.count == 1)
        #expect(bench.outbox.events.last?.name == .message(.abandoned))
    }

    @Test("a promotional message that is absent is given up, never sent again") func absentPromotional() async throws {
        let bench = try await inDoubt(.promotional)
        try await bench.workAgain(.promotional)
        bench.clock.advance(by: 120)
        _ = bench.steps()
        try await bench.workAgain(.promotional)
        #expect(
            bench.steps() == [
                "claim", "look up", "known 0", "abandon 1", "event message.abandoned", "publish dead promotional",
            ])
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("a setting keeps transactional messages from being offered again, too") func resendingIsOff() async throws {
        var bench = try await inDoubt()
        bench.configuration.resendsWhatIsAbsent = false
        try await bench.workAgain()
        bench.clock.advance(by: 120)
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.name == .message(.abandoned))
        #expect(bench.carrier.calls.count == 1)
    }

    @Test(
        "what the list cannot tell is asked again, and given up after an hour, never called",
        arguments: [
            LookUp.unavailable("the provider answered 503"), LookUp.listed([Self.ours, Self.other]),
            LookUp.listed([Self.changed]),
        ])
    func cannotTell(listing: LookUp) async throws {
        let bench = try await inDoubt()
        bench.carrier.relist(listing, .listed([]), listing, listing)
        for step in 1...3 {
            try await bench.workAgain()
            let reason = bench.outbox.messages.last?.message.properties.headers["sb-reason"]
            // One absence between two looks that could not tell proves nothing.
            #expect(reason == .string(step == 2 ? "absent:1" : "in-doubt"))
            bench.clock.advance(by: 120)
        }
        bench.clock.advance(by: 3600)
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.name == .message(.abandoned))
        #expect(bench.carrier.calls.count == 1)
    }

    private static let other = ListedMessage(
        acceptance: Acceptance(sid: ScriptedCarrier.sid(78), status: "sent"), hasSameText: true, takenAt: .distantPast)
    private static let changed = ListedMessage(acceptance: ours.acceptance, hasSameText: false, takenAt: .distantPast)

    @Test("what other attempts account for is left out") func othersMessages() async throws {
        var bench = try Bench()
        bench.configuration.lookUpLimit = 3600
        try await bench.work(Deliveries.request(id: "first"))
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request())
        bench.clock.advance(by: 31)
        bench.ledger.setConsentKnownAt(bench.clock.now)
        let first = ListedMessage(
            acceptance: Acceptance(sid: ScriptedCarrier.sid(1), status: "sent"), hasSameText: true,
            takenAt: .distantPast)
        bench.carrier.list(.listed([first, Self.ours]))
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.provider?.sid == Self.ours.acceptance.sid)
    }

    @Test("where two messages to one person are in doubt, the list tells of neither") func rivals() async throws {
        var bench = try Bench()
        bench.configuration.lookUpLimit = 3600
        bench.carrier.answer(.lost)
        bench.carrier.answer(.lost)
        try await bench.work(Deliveries.request(id: "first"))
        try await bench.work(Deliveries.request())
        bench.clock.advance(by: 31)
        bench.carrier.list(.listed([Self.ours]), .listed([Self.ours]))
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "look up", "known 1", "publish delay transactional.2m"])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("in-doubt"))
    }

    @Test("a list of another sender's messages tells nothing") func anotherSender() async throws {
        let bench = try await inDoubt()
        bench.ledger.claimed(Bench.key, within: "+15550009999")
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "publish delay transactional.2m"])
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("a message of the list that is as young as a call may be another's") func youngCandidate() async throws {
        let bench = try await inDoubt()
        let young = ListedMessage(
            acceptance: Self.ours.acceptance, hasSameText: true, takenAt: bench.clock.now.addingTimeInterval(-59))
        bench.carrier.relist(.listed([young]))
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "look up", "known 1", "publish delay transactional.30s"])
        bench.clock.advance(by: 31)
        bench.carrier.relist(.listed([young]))
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "look up", "known 1", "settleFound 1", "event message.accepted"])
    }

    @Test("an absence counts for its own attempt alone") func ofItsOwnAttempt() async throws {
        let bench = try await inDoubt()
        try await bench.workAgain()
        let absent = try #require(bench.outbox.messages.last)
        bench.ledger.put(
            MessageKey(app: "shop", messageID: "order-17"), .unknown(attempt: 2, since: bench.clock.now))
        bench.clock.advance(by: 120)
        _ = bench.steps()
        try await bench.work(Deliveries.returned(absent.message, .transactional))
        #expect(bench.steps() == ["claim", "look up", "known 0", "publish delay transactional.2m"])
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("absent:2"))
    }

    @Test("a request that says it was called is never new") func calledBefore() async throws {
        let bench = try await inDoubt()
        let waiting = try #require(bench.outbox.messages.last)
        let another = try Bench()
        try await another.work(Deliveries.returned(waiting.message, .transactional))
        #expect(another.carrier.calls.isEmpty)
        #expect(another.steps().first == "claim")
    }

    @Test("a purpose that the provider redacts is settled by a callback alone, and never called again") func redacted()
        async throws
    {
        var bench = try await inDoubt()
        bench.directory.apps?["shop"]?.redactedPurposes = ["order-shipped"]
        for _ in 1...2 {
            try await bench.workAgain()
            #expect(bench.steps() == ["claim", "publish delay transactional.2m"])
            bench.clock.advance(by: 120)
        }
        // The callback, as the recorder tells it.
        bench.ledger.put(Bench.key, .accepted(attempt: 1, sid: ScriptedCarrier.sid(5), providerStatus: "sent"))
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.name == .message(.accepted))
        #expect(bench.carrier.askedSince.isEmpty)
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("of a purpose that the provider redacts, and no callback comes: given up after an hour")
    func redactedForGood()
        async throws
    {
        var bench = try await inDoubt()
        bench.directory.apps?["shop"]?.redactedPurposes = ["order-shipped"]
        bench.clock.advance(by: 3600)
        _ = bench.steps()
        try await bench.workAgain()
        #expect(
            bench.steps() == ["claim", "abandon 1", "event message.abandoned", "publish dead transactional"])
        #expect(bench.carrier.askedSince.isEmpty)
    }

    @Test("other purposes of the app are looked up as ever") func otherPurposes() async throws {
        var bench = try await inDoubt()
        bench.directory.apps?["shop"]?.redactedPurposes = ["otp"]
        try await bench.workAgain()
        #expect(bench.carrier.askedSince.count == 1)
    }

    @Test("a callback that comes before the list is asked settles it, with no look-up") func callbackFirst()
        async throws
    {
        let bench = try await inDoubt()
        bench.ledger.put(Bench.key, .accepted(attempt: 1, sid: ScriptedCarrier.sid(5), providerStatus: "sent"))
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "event message.accepted"])
        #expect(bench.carrier.askedSince.isEmpty)
    }

    @Test("within the grace nobody is asked") func grace() async throws {
        let bench = try await inDoubt()
        bench.ledger.put(Bench.key, .unknown(attempt: 1, since: bench.clock.now.addingTimeInterval(-10)))
        try await bench.workAgain()
        #expect(bench.steps() == ["claim", "publish delay transactional.5s"])
        #expect(bench.carrier.askedSince.isEmpty)
    }

    @Test("absent twice, but expired meanwhile: it is not sent again") func expiredMeanwhile() async throws {
        var bench = try Bench()
        bench.configuration.lookUpLimit = 3600
        bench.carrier.list(.listed([]), .listed([]))
        bench.carrier.answer(.lost)
        let expiresAt = formatRFC3339(bench.clock.now.addingTimeInterval(100))
        let json = #"{"to": "\#(Deliveries.recipient)", "body": "Your code", "expiresAt": "\#(expiresAt)"}"#
        try await bench.work(Deliveries.request(json))
        bench.clock.advance(by: 31)
        try await bench.workAgain()
        bench.clock.advance(by: 120)
        try await bench.workAgain()
        #expect(bench.outbox.events.last?.name == .message(.abandoned))
        #expect(bench.carrier.calls.count == 1)
    }

    @Test("what may have been called is not rejected for a template that the settings have lost") func lostTemplate()
        async throws
    {
        var bench = try Bench()
        let catalog = try TemplateCatalog(["order-shipped": ["en": "Your order {{order}} has shipped"]])
        bench.templates = catalog
        bench.carrier.answer(.lost)
        let json =
            #"{"to": "\#(Deliveries.recipient)", "template": {"name": "order-shipped", "variables": {"order": "A"}}}"#
        try await bench.work(Deliveries.request(json))
        bench.templates = try TemplateCatalog()
        _ = bench.steps()
        for _ in 0..<3 {
            try await bench.workAgain()
            #expect(bench.steps() == ["publish delay transactional.10m"])
        }
        #expect(bench.outbox.messages.last?.message.properties.headers["sb-reason"] == .string("in-doubt"))
        bench.templates = catalog
        try await bench.workAgain()
        #expect(bench.steps().first == "claim")
        // Not for ever.
        bench.templates = try TemplateCatalog()
        bench.clock.advance(by: bench.configuration.maximumAge)
        let last = try #require(bench.outbox.messages.last)
        try await bench.work(Deliveries.returned(last.message, .transactional))
        #expect(bench.steps().contains("event message.rejected"))
    }
}
