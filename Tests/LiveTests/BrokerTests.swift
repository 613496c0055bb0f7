import AMQP
import EventLoop
import Foundation
import Logging
import Synchronization
import Testing

private let variables = ProcessInfo.processInfo.environment

/// Against the real broker that Scripts/test starts.
@Suite(
    "Driver and broker", .serialized, .enabled(if: variables["SWITCHBOARD_TEST_AMQP_URL"] != nil),
    .timeLimit(.minutes(2)))
struct BrokerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A publisher and a consumer of a queue of their own, bound to the topic exchange `events`.
    private func withDriver(
        url: String, caFile: String? = nil,
        _ body: (Publisher, Inbox) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "live")
        var options = ConnectionOptions()
        options.caFile = caFile
        options.name = "switchboard live test"
        let connected = Inbox()
        let publisher = Publisher(loop: loop, url: try BrokerURL(url), options: options, logger: logger) { state in
            if state == .connected { connected.put([]) }
        }
        let consumer = Consumer(loop: loop, url: try BrokerURL(url), options: options, logger: logger)
        let running = [Task { await publisher.run() }, Task { await consumer.run() }]
        let inbox = Inbox()
        let ready = Inbox()
        await consumer.subscribe(
            toTemporaryQueueWith: [QueueBinding(exchange: "events", routingKey: "live.#")], as: "live", prefetch: 500,
            onEvent: { event in if event == .consuming { ready.put([]) } },
            handler: { deliveries in
                for delivery in deliveries { consumer.ack(delivery.tag) }
                inbox.put(deliveries)
            })
        await connected.signalled()
        await ready.signalled()
        try await body(publisher, inbox)
        await publisher.close()
        await consumer.close()
        for task in running {
            task.cancel()
            await task.value
        }
    }

    @Test("what is confirmed is delivered, byte for byte, at every size of interest") func roundTrip() async throws {
        let url = try #require(variables["SWITCHBOARD_TEST_AMQP_URL"])
        try await withDriver(url: url) { publisher, inbox in
            let sizes = [0, 1, 131_063, 131_064, 131_065, 262_128, 1 << 20]
            for size in sizes {
                var message = Message(body: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
                message.properties.messageID = "size-\(size)"
                message.properties.headers = ["nested": .table(["a": .array([.int64(-1), .bool(true), .null])])]
                #expect(await isConfirmed(publisher, message, to: "events", routingKey: "live.size"))
                let delivery = await inbox.next()
                #expect(delivery.message.body == message.body)
                #expect(delivery.message.properties.messageID == "size-\(size)")
                #expect(delivery.message.properties.headers == message.properties.headers)
            }
        }
    }

    @Test("ten thousand publishes in flight are all confirmed and all delivered") func many() async throws {
        let url = try #require(variables["SWITCHBOARD_TEST_AMQP_URL"])
        try await withDriver(url: url) { publisher, inbox in
            let confirmed = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        // From tasks of the global pool, each with its own key, id and body.
                        var message = Message(body: Array("\(number)".utf8))
                        message.properties.messageID = "\(number)"
                        return await isConfirmed(publisher, message, to: "events", routingKey: "live.many.\(number)")
                    }
                }
                var count = 0
                for await isConfirmed in group where isConfirmed { count += 1 }
                return count
            }
            #expect(confirmed == 10_000)
            var bodies = Set<[UInt8]>()
            var mixedUp = 0
            while bodies.count < 10_000 {
                let delivery = await inbox.next()
                bodies.insert(delivery.message.body)
                let text = String(decoding: delivery.message.body, as: UTF8.self)
                if delivery.message.properties.messageID != text || delivery.routingKey != "live.many.\(text)" {
                    mixedUp += 1
                }
            }
            #expect(mixedUp == 0)
        }
    }

    @Test("a key that no queue takes comes back as returned; a missing exchange as an error") func unroutable()
        async throws
    {
        let url = try #require(variables["SWITCHBOARD_TEST_AMQP_URL"])
        try await withDriver(url: url) { publisher, inbox in
            let outcome = try await publisher.publish(Message(body: [1]), to: "delay", routingKey: "no.such.step")
            guard case .returned(let code, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(code == 312)
            let lost = try await publisher.publish(Message(body: [1]), to: "no.such.exchange", routingKey: "x")
            guard case .unknown = lost else {
                Issue.record("\(lost)")
                return
            }
            // The channel that the broker closed has been opened again.
            #expect(await isConfirmed(publisher, Message(body: [2]), to: "events", routingKey: "live.after"))
            #expect(await inbox.next().message.body == [2])
        }
    }

    @Test("TLS with the node's authority") func tls() async throws {
        let url = try #require(variables["SWITCHBOARD_TEST_AMQPS_URL"])
        try await withDriver(url: url, caFile: variables["SWITCHBOARD_TEST_CA_FILE"]) {
            publisher, inbox in
            #expect(await isConfirmed(publisher, Message(body: [3]), to: "events", routingKey: "live.tls"))
            #expect(await inbox.next().message.body == [3])
        }
    }
}

/// Whether the broker took a message.
private func isConfirmed(
    _ publisher: Publisher, _ message: Message, to exchange: String, routingKey: String
) async -> Bool {
    do {
        return try await publisher.publish(message, to: exchange, routingKey: routingKey) == .confirmed
    } catch {
        Issue.record(error)
        return false
    }
}

/// Deliveries, and signals that come before somebody waits for them.
private final class Inbox: Sendable {
    private struct State {
        var deliveries: [Delivery] = []
        var isSignalled = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func put(_ deliveries: [Delivery]) {
        let waiting = state.withLock { state in
            state.deliveries += deliveries
            state.isSignalled = true
            return state.waiting.take()
        }
        waiting?.resume()
    }

    func signalled() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.isSignalled { state.waiting = continuation }
                return state.isSignalled
            }
            if isReady { continuation.resume() }
        }
    }

    func next() async -> Delivery {
        while true {
            let next = state.withLock { state in
                if state.deliveries.isEmpty { state.isSignalled = false }
                return state.deliveries.isEmpty ? nil : state.deliveries.removeFirst()
            }
            if let next { return next }
            await signalled()
        }
    }
}
