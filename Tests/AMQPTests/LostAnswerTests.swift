import EventLoop
import Testing

@testable import AMQP

@Suite("Answers that never come", .timeLimit(.minutes(1))) struct LostAnswerTests {
    @Test("a connection that breaks leaves every pending message unknown, once, and publishing goes on afterwards")
    func brokenConnection() async throws {
        try await withBroker([
            { peer in
                try peer.acceptPublisher()
                for _ in 1...3 { _ = try peer.publish() }
                try peer.confirm(2)
                // Returning closes the socket.
            },
            { peer in
                try peer.acceptPublisher()
                _ = try peer.publish()
                try peer.confirm(1)
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker) { running in
                let outcomes = try await publish(3, running)
                #expect(outcomes[1] == .confirmed)
                for index in [0, 2] {
                    guard case .unknown(let reason) = outcomes[index] else {
                        Issue.record("\(outcomes[index])")
                        continue
                    }
                    #expect(reason.contains("connectionLost"))
                }
                try await running.states.next(where: { $0 == .connected })
                #expect(try await publish(1, running) == [.confirmed])
                // Each is said once.
                #expect(running.logs.all.filter { $0.contains("is lost") }.count == 1)
                #expect(running.logs.all.filter { $0.contains("Connected") }.count == 2)
            }
        }
    }

    @Test("a confirm that does not come in time is an unknown outcome, and one that comes late changes nothing")
    func lateConfirm() async throws {
        let gaveUp = Gate()
        try await withBroker { peer in
            try peer.acceptPublisher()
            _ = try peer.publish()
            try gaveUp.wait()
            try peer.confirm(1)
            _ = try peer.publish()
            try peer.confirm(2)
            try peer.serveToTheEnd()
        } body: { broker in
            let options = testOptions {
                $0.confirmTimeout = .milliseconds(300)
                $0.unconfirmedByteLimit = 1
            }
            try await withPublisher(broker, options: options) { running in
                let publication = Publication(Message(body: [1]), to: "x", routingKey: "k")
                let results = await running.publisher.publish([publication, publication])
                #expect((try? results[0].get()) == .unknown(reason: "the broker did not confirm in time"))
                // The second waited behind it, and was never sent.
                let error = #expect(throws: AMQPError.self) { try results[1].get() }
                #expect(error?.code == .blocked)
                #expect(error?.isRetryable == true)
                let late = await running.publisher.publish([publication])
                #expect((try? late[0].get()) == nil)
                gaveUp.open()
                let outcomes = try await publish(1, running)
                #expect(outcomes == [.confirmed])
                #expect(await running.publisher.unconfirmedBytes == 0)
                // Each is said once, the end at the next look.
                while !running.logs.all.contains(where: { $0.contains("has confirmed what was overdue") }) {
                    await shortly()
                }
                #expect(running.logs.all.count(where: { $0.contains("does not confirm") }) == 1)
            }
        }
    }

    @Test("a channel that the broker closes leaves its messages unknown; it is answered, and opened again")
    func closedChannel() async throws {
        let answered = Mailbox<Void>()
        try await withBroker { peer in
            try peer.acceptPublisher()
            for _ in 1...2 { _ = try peer.publish() }
            try peer.closeChannel(1, code: 404, text: "NOT_FOUND - no exchange 'x' in vhost '/'")
            try peer.expect(.channelCloseOK, on: 1)
            answered.put(())
            // The same number serves again, and counts from 1.
            try peer.acceptConfirmChannel(1)
            _ = try peer.publish()
            try peer.confirm(1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let outcomes = try await publish(2, running)
                for outcome in outcomes {
                    guard case .unknown(let reason) = outcome else {
                        Issue.record("\(outcome)")
                        continue
                    }
                    #expect(reason == "notFound: 404 NOT_FOUND - no exchange 'x' in vhost '/'")
                }
                try await answered.next()
                #expect(try await publish(1, running) == [.confirmed])
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test("publishes that arrive while the channel is being reopened wait for it") func whileReopening() async throws {
        let gate = Gate()
        let closed = Mailbox<Void>()
        try await withBroker { peer in
            try peer.acceptPublisher()
            _ = try peer.publish()
            try peer.closeChannel(1, code: 403, text: "ACCESS_REFUSED")
            try peer.expect(.channelCloseOK)
            closed.put(())
            try gate.wait()
            try peer.acceptConfirmChannel(1)
            for tag in 1...2 as ClosedRange<UInt64> {
                _ = try peer.publish()
                try peer.confirm(tag)
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                #expect(try await publish(1, running) == [.unknown(reason: "accessRefused: 403 ACCESS_REFUSED")])
                try await closed.next()
                async let outcomes = publish(2, running)
                gate.open()
                #expect(try await outcomes == [.confirmed, .confirmed])
            }
        }
    }

    @Test("a channel that is refused before it was of use is no reason for a tight loop") func refusedChannel()
        async throws
    {
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                try peer.expect(.channelOpen)
                try peer.closeChannel(1, code: 504, text: "CHANNEL_ERROR")
                try peer.expect(.channelCloseOK)
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker) { running in
                #expect(broker.connectionCount == 2)
                #expect(running.logs.all.contains { $0.contains("504 CHANNEL_ERROR") })
            }
        }
    }

    @Test("a broker that does not open the channel is given up, and what waits for it was not sent") func noAnswer()
        async throws
    {
        try await withBroker([
            { peer in
                try peer.acceptPublisher()
                _ = try peer.publish()
                try peer.closeChannel(1, code: 404, text: "NOT_FOUND")
                try peer.expect(.channelCloseOK)
                try peer.expect(.channelOpen)
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker, options: testOptions { $0.answerTimeout = .milliseconds(500) }) { running in
                #expect(try await publish(1, running) == [.unknown(reason: "notFound: 404 NOT_FOUND")])
                let error = await #expect(throws: AMQPError.self) { try await publish(1, running) }
                #expect(error?.code == .notConnected)
                #expect(error?.reason.contains("no answer") == true)
                try await running.states.next(where: { $0 == .connected })
            }
        }
    }

    @Test("a connection that the broker closes is answered, and its reason is told") func closedConnection()
        async throws
    {
        try await withBroker([
            { peer in
                try peer.acceptPublisher()
                _ = try peer.publish()
                try peer.send(.connectionClose, on: 0) { writer in
                    writer.short(320)
                    writer.shortString("CONNECTION_FORCED - broker forced connection closure\u{7}")
                    writer.long(0)
                }
                try peer.expect(.connectionCloseOK, on: 0)
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker) { running in
                let reason = "connectionLost: 320 CONNECTION_FORCED - broker forced connection closure "
                #expect(try await publish(1, running) == [.unknown(reason: reason)])
                try await running.states.next(where: { $0 == .connected })
            }
        }
    }

    @Test("without a connection nothing is sent, and the error says why") func notConnected() async throws {
        let running = try RunningPublisher("amqp://127.0.0.1:1")
        guard case .disconnected(let reason?) = try await running.states.next() else { throw PeerError("state") }
        #expect(reason.code == .unreachable)
        let error = await #expect(throws: AMQPError.self) {
            try await running.publisher.publish(Message(body: []), to: "x", routingKey: "k")
        }
        #expect(error?.code == .notConnected)
        #expect(error?.isRetryable == true)
        await running.stop()
        // A broker that is away is mentioned once, however often it is tried.
        #expect(running.logs.all.filter { $0.contains("cannot be reached") }.count == 1)
    }

    @Test("messages that wait when the connection goes were not sent, and are not reported as unknown")
    func waitingMessages() async throws {
        try await withBroker([
            { peer in
                try peer.acceptPublisher()
                _ = try peer.publish()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker, options: testOptions { $0.unconfirmedByteLimit = 1000 }) { running in
                let publisher = running.publisher
                let first = Task(executorPreference: running.loop.taskExecutor) {
                    try await publisher.publish(
                        Message(body: [UInt8](repeating: 1, count: 900)), to: "x", routingKey: "k")
                }
                let second = Task(executorPreference: running.loop.taskExecutor) {
                    try await publisher.publish(
                        Message(body: [UInt8](repeating: 2, count: 900)), to: "x", routingKey: "k")
                }
                guard case .unknown = try await first.value else { throw PeerError("first") }
                let error = await #expect(throws: AMQPError.self) { try await second.value }
                #expect(error?.code == .notConnected)
            }
        }
    }
}
