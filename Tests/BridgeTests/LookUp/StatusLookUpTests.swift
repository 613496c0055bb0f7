import FoundationEssentials
import Messaging
import Testing
import Twilio

@testable import Bridge

@Suite("Messages whose final status no callback told") struct StatusLookUpTests {
    @Test("the status is told as the callback would have told it, to the byte") func sameEvent() async throws {
        for (status, code) in [("delivered", nil), ("undelivered", 30006), ("failed", 21610), ("read", nil)] {
            let called = try Bench()
            #expect(await called.take(Webhooks.status(status, errorCode: code)) == .taken)
            let bench = try LookUpBench()
            bench.ledger.set(due: [bench.awaited()])
            bench.source.answer(try bench.found(status, errorCode: code))
            #expect(try await bench.statuses.askAboutDue() == 1)
            #expect(bench.broker.events.map(\.written) == called.broker.events.map(\.written))
            #expect(bench.source.asked == [Bench.message])
        }
    }

    @Test("until the final status is recorded, it is asked about again after waits that grow") func waits() async throws
    {
        let bench = try LookUpBench()
        for looks in 0..<8 {
            bench.ledger.set(due: [bench.awaited(looks: looks)])
            bench.source.answer(try bench.found("sent"))
            _ = try await bench.statuses.askAboutDue()
        }
        let waits = bench.ledger.looks.map { $0.next.timeIntervalSince(bench.now) / 3600 }
        #expect(waits == [1, 2, 4, 8, 16, 24, 24, 24])
        #expect(bench.ledger.looks.map(\.looks) == Array(1...8))
        #expect(Set(bench.broker.events.map(\.id)) == ["\(Bench.message)/sent"])
    }

    @Test("what the worker has told already is not told again", arguments: ["accepted", "queued"])
    func acceptedIsKnown(status: String) async throws {
        let bench = try LookUpBench()
        bench.ledger.set(due: [bench.awaited()])
        bench.source.answer(try bench.found(status))
        _ = try await bench.statuses.askAboutDue()
        #expect(bench.broker.names == (status == "accepted" ? [] : ["message.queued"]))
        #expect(bench.ledger.looks.count == 1)
    }

    @Test("what the provider does not know at two looks is given up, with all that events say of it")
    func absent() async throws {
        let bench = try LookUpBench()
        bench.source.answer(.success(nil))
        bench.ledger.set(due: [bench.awaited()])
        _ = try await bench.statuses.askAboutDue()
        #expect(bench.broker.events.isEmpty)
        bench.ledger.set(due: [bench.awaited(looks: 1)])
        _ = try await bench.statuses.askAboutDue()
        let event = try #require(bench.broker.events.first)
        #expect(bench.broker.events.count == 1)
        #expect(event.id == "\(Bench.message)/abandoned")
        #expect(event.routingKey == "message.abandoned.sms.transactional.shop")
        #expect(event.subject == "order-17")
        #expect(event.status == .abandoned)
        #expect(event.provider == Event.Provider(sid: Bench.message, status: nil))
        #expect(event.reason?.problem == "the provider does not know the message")
        #expect(event.recipient == bench.awaited().origin.recipient)
        #expect(event.message == bench.awaited().origin.message)
        #expect(bench.log.messages == ["A message's final status stays unknown"])
        // It is awaited until that is recorded.
        #expect(bench.ledger.looks.map(\.looks) == [1, 2])
    }

    @Test("a message that stays on its way for four days is given up, and not before") func patience() async throws {
        for (age, names) in [
            (345_599.0, ["message.sent"]), (345_600.0, ["message.sent", "message.abandoned"]),
        ] {
            let bench = try LookUpBench()
            bench.ledger.set(due: [bench.awaited(age: age, looks: 6)])
            bench.source.answer(try bench.found("sent"))
            _ = try await bench.statuses.askAboutDue()
            #expect(bench.broker.names == names)
        }
        let bench = try LookUpBench()
        bench.ledger.set(due: [bench.awaited(age: 900_000, looks: 6)])
        bench.source.answer(try bench.found("delivered"))
        _ = try await bench.statuses.askAboutDue()
        #expect(bench.broker.names == ["message.delivered"])
    }

    @Test("a word that is not known is told as such, and is no end") func opaque() async throws {
        let bench = try LookUpBench()
        bench.ledger.set(due: [bench.awaited()])
        bench.source.answer(try bench.found("partially_delivered"))
        _ = try await bench.statuses.askAboutDue()
        #expect(bench.broker.names == ["callback.message-status"])
        #expect(bench.ledger.looks.map(\.looks) == [1])
    }

    @Test("where the provider hides the number, the person is the one that was sent to") func hiddenNumber()
        async throws
    {
        for hidden in [nil, "messenger2:XXXX"] {
            let bench = try LookUpBench()
            bench.ledger.set(due: [bench.awaited()])
            bench.source.answer(try bench.found("delivered", to: hidden))
            _ = try await bench.statuses.askAboutDue()
            #expect(bench.broker.events.first?.recipient?.token == bench.bench.token)
            #expect(bench.broker.events.first?.recipient?.address == nil)
        }
    }

    @Test("an opt-out counts from when the provider learnt of it, by this machine's clock") func optOut() async throws {
        let bench = try LookUpBench()
        bench.ledger.set(due: [bench.awaited()])
        bench.source.answer(try bench.found("failed", errorCode: 21610, updated: -3600, clockLead: 100))
        _ = try await bench.statuses.askAboutDue()
        #expect(bench.broker.names == ["message.failed", "error.21610", "consent.revoked"])
        #expect(bench.broker.events.last?.consent?.at == bench.now.addingTimeInterval(-3700))
        // A provider whose clock is ahead says nothing of the future.
        bench.ledger.set(due: [bench.awaited()])
        bench.source.answer(try bench.found("failed", errorCode: 21610, updated: 3600))
        _ = try await bench.statuses.askAboutDue()
        #expect(bench.broker.events.last?.consent?.at == bench.now)
    }

    @Test("a failure ends the batch; what failed waits longer, and what was not asked about is due again")
    func failure() async throws {
        let bench = try LookUpBench()
        bench.ledger.set(due: [bench.awaited(), bench.awaited(looks: 2), bench.awaited()])
        bench.source.answer(try bench.found("delivered"), .failure(LookUpFailure("the provider answered 500")))
        await #expect(throws: LookUpFailure.self) { try await bench.statuses.askAboutDue() }
        #expect(bench.source.asked.count == 2)
        #expect(bench.ledger.looks.count == 1)
        // One that fails each time would else stand before the others each time.
        #expect(bench.ledger.putOff.map(\.looks) == [2, 0])
        #expect(bench.ledger.putOff.map { $0.next.timeIntervalSince(bench.now) } == [3600, 0])
    }

    @Test("what neither the broker nor the disk takes is no look, and comes again") func brokerAway() async throws {
        let bench = try LookUpBench()
        bench.ledger.set(due: [bench.awaited()])
        bench.source.answer(try bench.found("delivered"))
        bench.broker.set(.confirmsOnly(0))
        await #expect(throws: NotDelivered.self) { try await bench.statuses.askAboutDue() }
        #expect(bench.ledger.looks.isEmpty)
        #expect(bench.ledger.putOff.count == 1)
    }

    @Test("the running look-up goes on after failures, and says them and their end once", .timeLimit(.minutes(5)))
    func running() async throws {
        let bench = try LookUpBench {
            $0.batch = 1
            $0.firstPause = 0.001
            $0.longestPause = 0.001
            $0.idleInterval = 0.001
        }
        bench.ledger.set(due: (0..<5).map { _ in bench.awaited() })
        let failure: Result<FoundMessage?, LookUpFailure> = .failure(LookUpFailure("the provider answered 500"))
        bench.source.answer(failure, failure, failure, try bench.found("delivered"))
        let statuses = bench.statuses
        let task = Task { await statuses.run() }
        await bench.broker.waitForEvents(2)
        task.cancel()
        await task.value
        #expect(
            bench.log.messages == ["A look-up does not succeed and is tried again", "The look-up succeeds again"])
    }

    @Test("failures between which nothing was due are failures in a row", .timeLimit(.minutes(5)))
    func rareFailures() async throws {
        let bench = try LookUpBench {
            $0.firstPause = 0.001
            $0.longestPause = 0.001
            $0.idleInterval = 0.001
        }
        bench.ledger.set(dueInTurn: [[bench.awaited()], [], [bench.awaited()], [], [bench.awaited()]])
        let failure: Result<FoundMessage?, LookUpFailure> = .failure(LookUpFailure("the provider answered 500"))
        bench.source.answer(failure, failure, try bench.found("delivered"))
        let statuses = bench.statuses
        let task = Task { await statuses.run() }
        await bench.broker.waitForEvents(1)
        task.cancel()
        await task.value
        #expect(bench.log.messages.first == "A look-up does not succeed and is tried again")
    }

    @Test("the provider's wish to wait is heard, and pauses grow to a limit") func pauses() throws {
        var trouble = LookUpTrouble(
            "statuses", account: "default", options: LookUpOptions(), logger: MessageLog().logger)
        let pauses = (0..<12).map { _ in trouble.pause(after: LookUpFailure("x")) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600])
        #expect(trouble.pause(after: LookUpFailure("x", retryAfter: 900)) == 900)
        trouble.isOver()
        #expect(trouble.pause(after: LookUpFailure("x")) == 1)
    }
}
