import EventLoop
import Testing

@testable import AMQP

@Suite("Publishing", .timeLimit(.minutes(1))) struct PublishingTests {
    @Test("a message arrives as it was given, and its confirm is the outcome") func oneMessage() async throws {
        let seen = Mailbox<PublishedMessage>()
        try await withBroker { peer in
            try peer.acceptPublisher()
            seen.put(try peer.publish())
            try peer.confirm(1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let outcome = try await running.publisher.publish(
                    Message(body: Array("hello".utf8)), to: "events", routingKey: "a.b")
                #expect(outcome == .confirmed)
                let message = try await seen.next()
                #expect(message.exchange == "events")
                #expect(message.routingKey == "a.b")
                #expect(message.isMandatory)
                #expect(message.body == Array("hello".utf8))
                #expect(await running.publisher.unconfirmedBytes == 0)
            }
        }
    }

    @Test("messages that are offered together arrive in their order, and each has its own outcome")
    func together() async throws {
        let seen = Mailbox<String>()
        try await withBroker { peer in
            try peer.acceptPublisher()
            for _ in 1...2 { seen.put(try peer.publish().routingKey) }
            let last = try peer.publish()
            seen.put(last.routingKey)
            try peer.returnMessage(last)
            try peer.confirm(3)
            try peer.refuse(1)
            try peer.confirm(2)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let keys = ["a", "b", String(repeating: "ü", count: 128), "c"]
                let results = await running.publisher.publish(
                    keys.map { Publication(Message(body: [1]), to: "x", routingKey: $0) })
                #expect(
                    results.map { try? $0.get() } == [
                        .refused, .confirmed, nil, .returned(code: 312, text: "NO_ROUTE"),
                    ])
                #expect(throws: AMQPError.self) { try results[2].get() }
                var arrived: [String] = []
                for _ in 1...3 { arrived.append(try await seen.next()) }
                #expect(arrived == ["a", "b", "c"])
                #expect(await running.publisher.publish([]).isEmpty)
            }
        }
    }

    @Test("of messages that are offered together, those that were sent when the connection broke are unknown")
    func togetherWhenBroken() async throws {
        try await withBroker([
            { peer in
                try peer.acceptPublisher()
                _ = try peer.publish()
                try peer.confirm(1)
                _ = try peer.publish()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker) { running in
                let publication = Publication(Message(body: [1]), to: "x", routingKey: "k")
                let results = await running.publisher.publish([publication, publication])
                #expect((try? results[0].get()) == .confirmed)
                guard case .unknown = try results[1].get() else { throw PeerError("outcome") }
            }
        }
    }

    @Test("confirms may come singly, for many, out of order, twice and as refusals") func confirms() async throws {
        try await withBroker { peer in
            try peer.acceptPublisher()
            for _ in 1...8 { _ = try peer.publish() }
            try peer.confirm(3)
            try peer.refuse(5)
            try peer.confirm(3)
            try peer.confirm(4, multiple: true)
            try peer.refuse(7, multiple: true)
            // Zero and `multiple` means all.
            try peer.confirm(0, multiple: true)
            try peer.confirm(0, multiple: true)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let outcomes = try await publish(8, running)
                #expect(
                    outcomes == [
                        .confirmed, .confirmed, .confirmed, .confirmed, .refused, .refused, .refused, .confirmed,
                    ])
            }
        }
    }

    @Test("what no queue takes is returned, each to its own publish") func returns() async throws {
        try await withBroker { peer in
            try peer.acceptPublisher()
            let messages = try (1...5).map { _ in try peer.publish() }
            // As RabbitMQ does: the returns first, then one confirm for all.
            try peer.returnMessage(messages[1])
            try peer.returnMessage(messages[3], text: "NO_CONSUMERS")
            try peer.confirm(5, multiple: true)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let outcomes = try await publish(5, running)
                #expect(
                    outcomes == [
                        .confirmed, .returned(code: 312, text: "NO_ROUTE"), .confirmed,
                        .returned(code: 312, text: "NO_CONSUMERS"), .confirmed,
                    ])
            }
        }
    }

    @Test("a returned message without body, and one over several frames, leave the channel in step")
    func returnedBodies() async throws {
        try await withBroker { peer in
            try peer.acceptPublisher()
            let empty = try peer.publish()
            try peer.returnMessage(empty)
            try peer.confirm(1)
            let large = try peer.publish()
            try peer.send(.basicReturn, on: 1) { writer in
                writer.short(312)
                writer.shortString("NO_ROUTE")
                writer.shortString(large.exchange)
                writer.shortString(large.routingKey)
            }
            try peer.send(BrokerPeer.header(size: 300_000, large.properties, on: 1))
            for part in stride(from: 0, to: 300_000, by: 100_000) {
                try peer.send(BrokerPeer.body(large.body[part..<part + 100_000], on: 1))
            }
            try peer.confirm(2)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                for size in [0, 300_000] {
                    let outcome = try await running.publisher.publish(
                        Message(body: [UInt8](repeating: 7, count: size)), to: "x", routingKey: "k")
                    #expect(outcome == .returned(code: 312, text: "NO_ROUTE"))
                }
            }
        }
    }

    @Test(
        "bodies of every awkward size arrive whole",
        arguments: [0, 1, 32_768, 32_769, 131_063, 131_064, 131_065, 262_128, 1_000_000])
    func sizes(size: Int) async throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withBroker { peer in
            try peer.acceptPublisher()
            for tag in 1...5 as ClosedRange<UInt64> {
                guard try peer.publish().body == body else { throw PeerError("a damaged body") }
                try peer.confirm(tag)
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                for _ in 1...5 {
                    let outcome = try await running.publisher.publish(Message(body: body), to: "", routingKey: "q")
                    #expect(outcome == .confirmed)
                }
            }
        }
    }

    @Test("frames never exceed what the broker allows") func smallFrames() async throws {
        let seen = Mailbox<PublishedMessage>()
        try await withBroker { peer in
            try peer.acceptPublisher(frameMax: 4096)
            for tag in 1...2 as ClosedRange<UInt64> {
                seen.put(try peer.publish())
                try peer.confirm(tag)
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                for (size, frames) in [(4088 * 3, 3), (4088 * 3 + 1, 4)] {
                    let body = [UInt8](repeating: 1, count: size)
                    let outcome = try await running.publisher.publish(Message(body: body), to: "", routingKey: "q")
                    #expect(outcome == .confirmed)
                    let message = try await seen.next()
                    #expect(message.bodyFrames == frames)
                    #expect(message.body == body)
                }
            }
        }
    }

    @Test("a thousand publishes at once are all answered, in few writes") func many() async throws {
        try await withBroker { peer in
            try peer.acceptPublisher()
            for tag in 1...1000 as ClosedRange<UInt64> {
                _ = try peer.publish()
                if tag % 100 == 0 { try peer.confirm(tag, multiple: true) }
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let outcomes = try await publish(1000, running)
                #expect(outcomes.allSatisfy { $0 == .confirmed })
            }
        }
    }

    @Test("messages from tasks of any thread keep their own key, id and body") func anyThread() async throws {
        let count: UInt64 = 3000
        try await withBroker { peer in
            try peer.acceptPublisher()
            for tag in 1...count {
                let message = try peer.publish()
                let text = String(decoding: message.body, as: UTF8.self)
                // Flags with message-id alone, and the id itself.
                let id = [0, 1 << 7, UInt8(text.utf8.count)] + Array(text.utf8)
                guard message.routingKey == "key.\(text)", message.properties == id else {
                    throw PeerError("\(message.routingKey) holds the body \(text)")
                }
                try peer.confirm(tag)
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let confirmed = await withTaskGroup(of: Bool.self) { group in
                    for number in 0..<count {
                        // No executor preference: these tasks run on the global pool.
                        group.addTask {
                            var message = Message(body: Array("\(number)".utf8))
                            message.properties.messageID = "\(number)"
                            let outcome = try? await running.publisher.publish(
                                message, to: "x", routingKey: "key.\(number)")
                            return outcome == .confirmed
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(confirmed == Int(count))
            }
        }
    }

    @Test("a cancelled task still gets the broker's answer") func cancellation() async throws {
        let published = Mailbox<Void>()
        let gate = Gate()
        try await withBroker { peer in
            try peer.acceptPublisher()
            _ = try peer.publish()
            published.put(())
            try gate.wait()
            try peer.confirm(1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let task = Task { try await running.publisher.publish(Message(body: [1]), to: "", routingKey: "q") }
                try await published.next()
                task.cancel()
                gate.open()
                #expect(try await task.value == .confirmed)
            }
        }
    }

    @Test("close waits for the confirms, and takes nothing more") func closing() async throws {
        let published = Mailbox<Void>()
        let gate = Gate()
        try await withBroker { peer in
            try peer.acceptPublisher()
            _ = try peer.publish()
            published.put(())
            try gate.wait()
            try peer.confirm(1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let publisher = running.publisher
                let task = Task { try await publisher.publish(Message(body: [1]), to: "", routingKey: "q") }
                try await published.next()
                async let closed: Void = publisher.close()
                while !(await publisher.isClosed) { await shortly() }
                let error = await #expect(throws: AMQPError.self) {
                    try await publisher.publish(Message(body: [2]), to: "", routingKey: "q")
                }
                #expect(error?.code == .closed)
                gate.open()
                #expect(try await task.value == .confirmed)
                await closed
            }
        }
    }

    @Test("what is not confirmed when the wait for it is over is unknown") func closingWithoutConfirm() async throws {
        let published = Mailbox<Void>()
        try await withBroker { peer in
            try peer.acceptPublisher()
            _ = try peer.publish()
            published.put(())
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker, options: testOptions { $0.drainTimeout = .milliseconds(30) }) { running in
                let publisher = running.publisher
                let task = Task { try await publisher.publish(Message(body: [1]), to: "", routingKey: "q") }
                try await published.next()
                await publisher.close()
                #expect(try await task.value == .unknown(reason: "closed: by this end"))
            }
        }
    }
}

/// Publishes bodies 1… at once, in this order, and returns the outcomes in the same order.
func publish(_ count: Int, _ running: RunningPublisher) async throws -> [PublishOutcome] {
    try await withThrowingTaskGroup(of: (Int, PublishOutcome).self) { group in
        for number in 0..<count {
            // Tasks on the loop start in the order of their creation.
            group.addTask(executorPreference: running.loop.taskExecutor) {
                var properties = MessageProperties()
                properties.messageID = "m\(number)"
                return (
                    number,
                    try await running.publisher.publish(
                        Message(properties: properties, body: [1]), to: "x", routingKey: "k")
                )
            }
        }
        return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
