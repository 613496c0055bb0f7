import Foundation
import Journal
import Logging
import Messaging
import Policy
import Synchronization
import Topics

@testable import Bridge

/// A bridge with a disk: its intake, and whoever empties the spool.
final class SpoolBench: Sendable {
    let bench: Bench
    let folder: URL
    let log = MessageLog()
    let intake: WebhookIntake
    let spool: Journal
    private let drain: SpoolDrain
    private let draining = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - folder: of a run before this one.
    ///   - maximumBytes: of the spool.
    init(
        _ change: (inout Bench) -> Void = { _ in }, folder: URL? = nil, maximumBytes: Int = 1 << 20
    ) async throws {
        var bench = try Bench()
        // Nothing here may depend on a clock, but what a test lets depend on it.
        bench.configuration.spoolAfter = 3600
        bench.configuration.spoolRetryInterval = 3600
        change(&bench)
        self.bench = bench
        self.folder =
            folder ?? FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)")
        var options = JournalOptions()
        options.maximumBytes = maximumBytes
        let keys = bench.tokens.keys(for: "spool").map { JournalKeys.Key(id: $0.id, secret: $0.secret) }
        spool = try await Journal.open(
            self.folder.path, keys: JournalKeys(keys), options: options, logger: bench.logger)
        let delivery = EventDelivery(
            configuration: bench.configuration, spool: spool, signal: bench.signal, loop: bench.loop,
            logger: log.logger, publish: { [broker = bench.broker] event in await broker.publish(event) })
        intake = bench.intake(delivery, withLedger: true)
        drain = SpoolDrain(
            spool: spool, delivery: delivery, loop: bench.loop,
            retryInterval: bench.configuration.spoolRetryInterval, logger: log.logger,
            publish: { [broker = bench.broker] events in await broker.publish(events) })
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var broker: FakeBroker { bench.broker }
    var now: Date { bench.clock.now }

    func startDraining() {
        draining.withLock { $0 = Task { await drain.run() } }
    }

    /// The broker is back, as its connection says.
    func brokerIsBack() {
        broker.set(.confirms)
        bench.signal.wake()
    }

    /// As a stop does: nothing goes on, the files stay. Gives their folder, which is the caller's from then on.
    func stop() async -> URL {
        let task = draining.withLock { $0 }
        task?.cancel()
        broker.release()
        await task?.value
        await spool.close()
        let kept = folder.deletingLastPathComponent().appending(path: "spool-\(UUID().uuidString)")
        try? FileManager.default.moveItem(at: folder, to: kept)
        return kept
    }

    /// The files as a crash at this moment would leave them.
    func crashedCopy() throws -> URL {
        let copy = folder.deletingLastPathComponent().appending(path: "spool-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: folder, to: copy)
        return copy
    }

    /// A message from the person with this SID.
    func inbound(_ body: String, sid: Character) -> WebhookRequest {
        Webhooks.inbound(body, changing: ["MessageSid": Self.sid(sid)])
    }

    static func sid(_ digit: Character) -> String { "SM" + String(repeating: digit, count: 32) }

    /// The id of the event of a message with this SID.
    static func message(_ digit: Character) -> String { sid(digit) + "/inbound.received" }
}

/// What was logged.
final class MessageLog: LogHandler, Sendable {
    private struct State {
        var messages: [String] = []
        var waiting: [(text: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var logger: Logger { Logger(label: "test") { _ in self } }
    var messages: [String] { state.withLock { $0.messages } }

    /// Returns when a message begins so.
    func wait(for text: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.messages.contains(where: { $0.hasPrefix(text) }) { return true }
                state.waiting.append((text, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set { _ = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set { _ = newValue }
    }

    func log(event: LogEvent) {
        let message = "\(event.message)"
        let due = state.withLock { state in
            state.messages.append(message)
            let due = state.waiting.filter { message.hasPrefix($0.text) }
            state.waiting.removeAll { message.hasPrefix($0.text) }
            return due
        }
        for waiter in due { waiter.continuation.resume() }
    }
}
