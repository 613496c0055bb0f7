import EventLoop
import Synchronization
import Testing

@testable import AMQP

@Suite("Back-pressure", .timeLimit(.minutes(1))) struct BackPressureTests {
    @Test("a blocked connection takes no new messages, keeps the pending ones, and recovers") func blocked()
        async throws
    {
        let gate = Gate()
        try await withBroker { peer in
            try peer.acceptPublisher()
            _ = try peer.publish()
            try peer.send(.connectionBlocked, on: 0) { $0.shortString("low on memory") }
            try gate.wait()
            try peer.send(.connectionUnblocked, on: 0)
            try peer.confirm(1)
            _ = try peer.publish()
            try peer.confirm(2)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                async let pending = publish(1, running)
                let state = try await running.states.next()
                #expect(state == .blocked(reason: "low on memory"))
                let error = await #expect(throws: AMQPError.self) {
                    try await running.publisher.publish(Message(body: [2]), to: "x", routingKey: "k")
                }
                #expect(error?.code == .blocked)
                #expect(error?.reason == "low on memory")
                #expect(error?.isConnectionDead == false)
                gate.open()
                #expect(try await running.states.next() == .connected)
                #expect(try await pending == [.confirmed])
                #expect(try await publish(1, running) == [.confirmed])
                #expect(running.logs.all.contains { $0.contains("takes no messages") && $0.contains("low on memory") })
                #expect(running.logs.all.contains { $0.contains("takes messages again") })
            }
        }
    }

    @Test("messages that wait for the window when the broker blocks were not sent") func blockedWhileWaiting()
        async throws
    {
        let gate = Gate()
        try await withBroker { peer in
            try peer.acceptPublisher()
            _ = try peer.publish()
            try gate.wait()
            try peer.send(.connectionBlocked, on: 0) { $0.shortString("low on disk") }
            try peer.serveToTheEnd()
        } body: { broker in
            let options = testOptions {
                $0.unconfirmedByteLimit = 1
                $0.drainTimeout = .zero
            }
            try await withPublisher(broker, options: options) { running in
                let publisher = running.publisher
                let first = Task(executorPreference: running.loop.taskExecutor) {
                    try await publisher.publish(Message(body: [1]), to: "x", routingKey: "k")
                }
                let second = Task(executorPreference: running.loop.taskExecutor) {
                    try await publisher.publish(Message(body: [2]), to: "x", routingKey: "k")
                }
                while await !publisher.hasWaiting { await shortly() }
                gate.open()
                let error = await #expect(throws: AMQPError.self) { try await second.value }
                #expect(error?.code == .blocked)
                await publisher.close()
                guard case .unknown = try await first.value else { throw PeerError("first") }
            }
        }
    }

    @Test("no more than the window is unconfirmed, and the rest follows in order") func window() async throws {
        try await withBroker { peer in
            try peer.acceptPublisher()
            for tag in 1...50 as ClosedRange<UInt64> {
                let message = try peer.publish()
                guard message.body[0] == UInt8(tag) else { throw PeerError("message \(message.body[0]) as \(tag)") }
                try peer.confirm(tag)
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker, options: testOptions { $0.unconfirmedByteLimit = 4000 }) { running in
                let publisher = running.publisher
                let most = Maximum()
                await withTaskGroup(of: Void.self) { group in
                    for number in 1...50 as ClosedRange<UInt8> {
                        group.addTask(executorPreference: running.loop.taskExecutor) {
                            let body = [UInt8](repeating: number, count: 1000)
                            let outcome = try? await publisher.publish(Message(body: body), to: "x", routingKey: "k")
                            #expect(outcome == .confirmed)
                            let bytes = await publisher.unconfirmedBytes
                            most.note(bytes)
                        }
                    }
                }
                #expect(most.value <= 4000)
                #expect(await publisher.unconfirmedBytes == 0)
            }
        }
    }

    @Test("a peer that stops reading stops neither the loop nor, when it reads again, any message")
    func peerStopsReading() async throws {
        let gate = Gate()
        let total = 24
        try await withBroker { peer in
            try peer.acceptPublisher()
            try gate.wait()
            for tag in 1...UInt64(total) {
                let message = try peer.publish()
                guard message.body.count == 1 << 20, message.body.allSatisfy({ $0 == UInt8(tag) }) else {
                    throw PeerError("message \(tag) is damaged")
                }
                try peer.confirm(tag)
            }
            try peer.serveToTheEnd()
        } body: { broker in
            // More than the kernel buffers on both ends together.
            try await withPublisher(broker, options: testOptions { $0.unconfirmedByteLimit = 64 << 20 }) { running in
                let publisher = running.publisher
                let tasks = (1...total).map { number in
                    Task(executorPreference: running.loop.taskExecutor) {
                        try await publisher.publish(
                            Message(body: [UInt8](repeating: UInt8(number), count: 1 << 20)), to: "x", routingKey: "k")
                    }
                }
                while await !publisher.isInsideBody { await shortly() }
                // The loop still works while the socket takes nothing.
                for _ in 0..<100 { _ = await publisher.state }
                #expect(await publisher.hasWaiting)
                gate.open()
                for task in tasks {
                    let outcome = try await task.value
                    #expect(outcome == .confirmed)
                }
            }
        }
    }

    @Test("acknowledgements that the socket has no room for are sent later") func acknowledgementsWait() async throws {
        let gate = Gate()
        let count: UInt64 = 30000
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscribed = try peer.acceptSubscription()
            var bytes: [UInt8] = []
            for tag in 1...count {
                bytes += BrokerPeer.deliver(tag, on: subscribed.channel).bytes
                bytes += BrokerPeer.header(size: 0, on: subscribed.channel).bytes
            }
            try peer.send(bytes: bytes)
            try gate.wait()
            // Rejections are sent one by one, in order.
            for tag in 1...count {
                let settlement = try peer.settlement()
                guard settlement == "reject \(tag)" else { throw PeerError("\(settlement) instead of \(tag)") }
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker, prefetch: 65535) { running, batches, _ in
                var tags: [DeliveryTag] = []
                while tags.count < count { tags += try await batches.next().map(\.tag) }
                for tag in tags { running.consumer.reject(tag, requeue: false) }
                _ = await running.consumer.state
                gate.open()
                while await running.consumer.hasUnsent { await shortly() }
            }
        }
    }
}

extension Publisher {
    fileprivate var hasWaiting: Bool { !waiting.isEmpty }
    fileprivate var isInsideBody: Bool { unfinished != nil }
}

extension Consumer {
    fileprivate var hasUnsent: Bool { channels.values.contains { $0.unsettled.hasUnsent } }
}

/// The largest number that anybody noted.
private final class Maximum: Sendable {
    private let largest = Mutex(0)

    var value: Int { largest.withLock { $0 } }

    func note(_ number: Int) {
        largest.withLock { $0 = max($0, number) }
    }
}
