import EventLoop
import Logging
import Synchronization

@testable import AMQP

/// Options for a peer on this computer: short waits, no chance.
func testOptions(_ change: (inout ConnectionOptions) -> Void = { _ in }) -> ConnectionOptions {
    var options = ConnectionOptions()
    options.minimumBackoff = .milliseconds(5)
    options.maximumBackoff = .milliseconds(50)
    options.jitter = { 0 }
    change(&options)
    return options
}

/// A publisher that runs, and its states.
struct RunningPublisher {
    let loop: EventLoop
    let publisher: Publisher
    let states = Mailbox<ConnectionState>()
    let logs = LogRecorder()
    private let task: Task<Void, Never>

    init(_ url: String, options: ConnectionOptions = testOptions(), loop: EventLoop? = nil) throws {
        self.loop = try loop ?? EventLoop(name: "test")
        let states = states
        let publisher = Publisher(
            loop: self.loop, url: try BrokerURL(url), options: options, logger: logs.logger,
            onStateChange: { states.put($0) })
        self.publisher = publisher
        task = Task { await publisher.run() }
    }

    func stop() async {
        await publisher.close()
        await task.value
    }
}

/// Runs `body` with a connected publisher.
func withPublisher(
    _ broker: ScriptedBroker, options: ConnectionOptions = testOptions(), body: (RunningPublisher) async throws -> Void
) async throws {
    let running = try RunningPublisher("amqp://shop:secret@127.0.0.1:\(broker.port)", options: options)
    do {
        try await running.states.next(where: { $0 == .connected })
        try await body(running)
    } catch {
        await running.stop()
        throw error
    }
    await running.stop()
}

/// A consumer that runs, and its states.
struct RunningConsumer {
    let loop: EventLoop
    let consumer: Consumer
    let states = Mailbox<ConnectionState>()
    let logs = LogRecorder()
    private let task: Task<Void, Never>

    init(_ url: String, options: ConnectionOptions = testOptions()) throws {
        loop = try EventLoop(name: "test")
        let states = states
        let consumer = Consumer(
            loop: loop, url: try BrokerURL(url), options: options, logger: logs.logger,
            onStateChange: { states.put($0) })
        self.consumer = consumer
        task = Task { await consumer.run() }
    }

    func stop() async {
        await consumer.close()
        await task.value
    }
}

/// Runs `body` with a consumer that subscribes to `queue`, and its batches and events.
func withConsumer(
    _ broker: ScriptedBroker, queue: String = "work", prefetch: Int = 10, options: ConnectionOptions = testOptions(),
    body: (RunningConsumer, Mailbox<[Delivery]>, Mailbox<SubscriptionEvent>) async throws -> Void
) async throws {
    let running = try RunningConsumer("amqp://127.0.0.1:\(broker.port)", options: options)
    let batches = Mailbox<[Delivery]>()
    let events = Mailbox<SubscriptionEvent>()
    await running.consumer.subscribe(queue, prefetch: prefetch, onEvent: { events.put($0) }) { batches.put($0) }
    do {
        try await body(running, batches, events)
    } catch {
        await running.stop()
        throw error
    }
    await running.stop()
}

extension Delivery {
    var text: String { String(decoding: message.body, as: UTF8.self) }
}

/// Keeps what is logged.
final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(recorder: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let text = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            recorder.lines.withLock { $0.append("\(event.level) \(event.message) \(text)") }
        }
    }
}
