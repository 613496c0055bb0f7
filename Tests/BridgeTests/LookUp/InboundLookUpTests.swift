import FoundationEssentials
import Messaging
import Testing
import Twilio

@testable import Bridge

@Suite("Messages from people that no webhook brought") struct InboundLookUpTests {
    private func outage(_ bench: LookUpBench, age: Double = 600) {
        bench.outages.began(beforeStart: bench.now.addingTimeInterval(-age))
    }

    @Test("what is not known is published, the oldest first, and what is known or ours is not") func missed()
        async throws
    {
        let bench = try LookUpBench()
        outage(bench)
        bench.ledger.set(seen: [SpoolBench.sid("b")])
        bench.source.list(
            bench.page([
                try bench.message("c", "And when?", age: 10), try bench.message("b", "STOP", age: 20),
                try bench.message("d", "Ours", age: 25, direction: "outbound-api"),
                try bench.message("a", "Where is it?", age: 30),
            ]))
        try await bench.inbound.compareOutages()
        #expect(
            bench.broker.events.map(\.id)
                == ["\(SpoolBench.sid("a"))/inbound.received", "\(SpoolBench.sid("c"))/inbound.received"])
        #expect(bench.source.places == [.since(bench.now.addingTimeInterval(-900))])
        #expect(bench.log.messages == ["Messages from people were missed, and are published now"])
        // It is settled.
        try await bench.inbound.compareOutages()
        #expect(bench.source.places.count == 1)
    }

    @Test("the events are the webhook's, to the byte", arguments: ["Hello", "START", "help", "Stop all"])
    func sameEvents(body: String) async throws {
        let called = try Bench()
        #expect(
            await called.take(Webhooks.inbound(body, changing: ["MessageSid": SpoolBench.sid("a")]))
                == .takenWithTwiML)
        let bench = try LookUpBench()
        outage(bench)
        bench.source.list(bench.page([try bench.message("a", body, age: 0)]))
        try await bench.inbound.compareOutages()
        #expect(bench.broker.events.map(\.written) == called.broker.events.map(\.written))
    }

    @Test("a word counts from when the provider received it; within that second a no is the last") func times()
        async throws
    {
        let bench = try LookUpBench()
        outage(bench)
        bench.source.list(
            bench.page([try bench.message("b", "START", age: 200), try bench.message("a", "STOP", age: 200)]))
        try await bench.inbound.compareOutages()
        let consent = bench.broker.events.compactMap(\.consent)
        #expect(consent.map(\.keyword) == ["STOP", "START"])
        #expect(consent.map { formatRFC3339($0.at) } == ["2026-11-21T14:56:40.999Z", "2026-11-21T14:56:40.000Z"])
    }

    @Test("by this machine's clock, and never of the future") func clock() async throws {
        let bench = try LookUpBench()
        outage(bench)
        bench.source.list(
            bench.page(
                [try bench.message("b", "STOP", age: -500), try bench.message("a", "STOP", age: 0)], clockLead: 60))
        try await bench.inbound.compareOutages()
        let times = bench.broker.events.compactMap(\.consent).map { formatRFC3339($0.at) }
        #expect(times == ["2026-11-21T14:59:00.999Z", "2026-11-21T15:00:00.000Z"])
    }

    @Test("a yes that was missed is asked of the ledger like any other") func yes() async throws {
        for (consent, names) in [
            (RecipientFacts.Consent.revoked, ["consent.granted", "inbound.received"]), (.none, ["inbound.received"]),
        ] {
            let bench = try LookUpBench()
            bench.bench.ledger.set(consent: consent)
            outage(bench)
            bench.source.list(bench.page([try bench.message("a", "YES", age: 5)]))
            try await bench.inbound.compareOutages()
            #expect(bench.broker.names == names)
        }
    }

    @Test("where the list does not say which service was written to, a no covers all of the account's")
    func services() async throws {
        for (service, scope) in [(nil, "everything"), (Bench.service, "program")] {
            var bench = try LookUpBench()
            bench.account.usesMessagingServices = true
            outage(bench)
            bench.source.list(bench.page([try bench.message("a", "STOP", age: 5, service: service)]))
            try await bench.inbound.compareOutages()
            #expect(bench.broker.events.first?.consent?.scope == scope)
            #expect(bench.broker.events.first?.consent?.program == service ?? Bench.sender)
        }
        var bench = try LookUpBench()
        bench.account.usesMessagingServices = true
        outage(bench)
        bench.source.list(bench.page([try bench.message("a", "START", age: 5)]))
        try await bench.inbound.compareOutages()
        #expect(bench.broker.events.first?.consent?.scope == "program")
    }

    @Test("attachments are counted, though the list does not say where they are") func media() async throws {
        let bench = try LookUpBench()
        outage(bench)
        bench.source.list(bench.page([try bench.message("a", "Look", age: 5, media: 2)]))
        try await bench.inbound.compareOutages()
        #expect(bench.broker.events.first?.details["mediaCount"] == "2")
    }

    @Test("reads on until a page is older than the outage, and no further") func pages() async throws {
        let bench = try LookUpBench()
        outage(bench)
        bench.source.list(
            bench.page([try bench.message("a", "1", age: 10)], next: "/2"),
            // Out of the order, as what was scheduled for later is.
            bench.page([try bench.message("b", "2", age: 9000), try bench.message("c", "3", age: 800)], next: "/3"),
            bench.page([], next: "/4"), bench.page([try bench.message("d", "4", age: 901)], next: "/5"))
        try await bench.inbound.compareOutages()
        #expect(bench.source.places.dropFirst() == [.next("/2"), .next("/3"), .next("/4")])
        #expect(bench.broker.events.map(\.subject) == [SpoolBench.sid("a"), SpoolBench.sid("c")])
    }

    @Test("a list without an end is given up, said, and not begun again") func endless() async throws {
        let bench = try LookUpBench { $0.maximumPages = 5 }
        outage(bench)
        bench.source.list(bench.page([try bench.message("a", "1", age: 10)], next: "/next"))
        try await bench.inbound.compareOutages()
        #expect(bench.source.places.count == 5)
        #expect(bench.log.messages.contains { $0.hasPrefix("The provider's list is longer than is read") })
        try await bench.inbound.compareOutages()
        #expect(bench.source.places.count == 5)
    }

    @Test("a failure leaves the outage open, and so does a broker that takes nothing") func failure() async throws {
        let bench = try LookUpBench()
        outage(bench)
        bench.source.list(.failure(LookUpFailure("the provider answered 503")))
        await #expect(throws: LookUpFailure.self) { try await bench.inbound.compareOutages() }
        bench.source.list(bench.page([try bench.message("a", "STOP", age: 5)]))
        bench.broker.set(.confirmsOnly(0))
        await #expect(throws: NotDelivered.self) { try await bench.inbound.compareOutages() }
        #expect(bench.outages.hold(at: bench.now) == .until(bench.now.addingTimeInterval(-600)))
        bench.broker.set(.confirms)
        try await bench.inbound.compareOutages()
        #expect(bench.broker.names == ["consent.revoked", "inbound.received"])
        #expect(bench.outages.hold(at: bench.now) == .free)
    }

    @Test("once a day what has come since the last comparison is compared, but for the last minutes") func daily()
        async throws
    {
        let bench = try LookUpBench()
        try await bench.inbound.compareDaily()
        #expect(bench.source.places.isEmpty)
        bench.ledger.set(listing: bench.now.addingTimeInterval(-90_000))
        bench.source.list(
            bench.page([try bench.message("b", "1", age: 60), try bench.message("a", "2", age: 80_000)]))
        try await bench.inbound.compareDaily()
        #expect(bench.source.places == [.since(bench.now.addingTimeInterval(-90_300))])
        #expect(bench.broker.events.map(\.subject) == [SpoolBench.sid("a")])
        #expect(bench.ledger.completeTo == bench.now.addingTimeInterval(-120))
        #expect(bench.ledger.forgotten == [bench.now.addingTimeInterval(-691_200)])
    }

    @Test("a daily comparison that fails is not noted, and may be tried again at once") func dailyFails() async throws {
        let bench = try LookUpBench()
        let since = bench.now.addingTimeInterval(-90_000)
        bench.ledger.set(listing: since)
        let failure: Result<ListedMessages, LookUpFailure> = .failure(LookUpFailure("the provider answered 503"))
        bench.source.list(failure, bench.page([]))
        await #expect(throws: LookUpFailure.self) { try await bench.inbound.compareDaily() }
        #expect(bench.ledger.completeTo == since)
        #expect(try await bench.inbound.compareDaily())
        #expect(try await !bench.inbound.compareDaily())
    }

    @Test(
        "a list that fails day and night is said, though nothing is to be compared in between", .timeLimit(.minutes(5)))
    func failsSilently() async throws {
        let bench = try LookUpBench {
            $0.firstPause = 0.001
            $0.longestPause = 0.001
            $0.comparisonCheck = 0.001
        }
        bench.ledger.set(listing: bench.now.addingTimeInterval(-90_000))
        let failure: Result<ListedMessages, LookUpFailure> = .failure(LookUpFailure("the provider answered 403"))
        bench.source.list(failure, failure, failure, bench.page([try bench.message("a", "STOP", age: 300)]))
        let inbound = bench.inbound
        let task = Task { await inbound.run() }
        await bench.broker.waitForEvents(2)
        task.cancel()
        await task.value
        #expect(bench.log.messages.first == "A look-up does not succeed and is tried again")
    }

    @Test("a list that is a week old at most") func window() async throws {
        let bench = try LookUpBench()
        outage(bench, age: 9_000_000)
        bench.source.list(bench.page([]))
        try await bench.inbound.compareOutages()
        #expect(bench.source.places == [.since(bench.now.addingTimeInterval(-605_100))])
    }

    @Test("an outage wakes the running comparison", .timeLimit(.minutes(5))) func running() async throws {
        let bench = try LookUpBench()
        bench.source.list(bench.page([try bench.message("a", "STOP", age: 5)]))
        let inbound = bench.inbound
        let task = Task { await inbound.run() }
        outage(bench)
        await bench.broker.waitForEvents(2)
        bench.ledger.set(seen: [SpoolBench.sid("a")])
        bench.source.list(bench.page([try bench.message("b", "Hi", age: 5)]))
        bench.outages.began(at: bench.now)
        await bench.broker.waitForEvents(3)
        task.cancel()
        await task.value
        #expect(bench.broker.names == ["consent.revoked", "inbound.received", "inbound.received"])
    }
}
