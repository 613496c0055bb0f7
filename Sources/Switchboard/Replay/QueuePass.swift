import AMQP
import EventLoop
import FoundationEssentials
import Topics

/// Why a look into a queue, or a replay, ended early; in words that may be shown.
struct ReplayProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Looks once at every message that stands in a queue, the oldest first, and removes only what it is told to.
///
/// All the others are held, unacknowledged, until the connection closes: then the broker puts them back where they were.
/// Handing back one at a time would bring it at once again, as the first. Each look counts as a delivery of the message;
/// the delivery limit of these queues is a million.
struct QueuePass: Sendable {
    /// What becomes of a message.
    enum Verdict: Sendable {
        case keep, remove
        /// It stays, and nothing more is looked at.
        case stop
    }

    struct Outcome: Sendable {
        /// How many messages were looked at.
        var looked = 0
        /// Whether more stand there than can be held at once.
        var isCutShort = false
    }

    /// What AMQP lets a consumer hold.
    static let mostHeld = 65_535
    /// A queue may count messages that it never delivers, because they have expired; after so many seconds without a
    /// delivery it is asked how many it still has. There is no event for what does not come.
    private static let quietTime = 0.5
    /// So many times in a row, and the broker delivers nothing although it has something.
    private static let quietLimit = 60

    let loop: EventLoop
    let url: BrokerURL
    let options: ConnectionOptions

    private enum Signal: Sendable {
        case deliveries([Delivery])
        /// So many messages are ready for delivery.
        case ready(Int)
        case ended(String)
    }

    /// - Parameters:
    ///   - queue: its name.
    ///   - bound: how many messages at most; nil for as many as stand there at the beginning. What comes later, and what
    ///     died again meanwhile, is not looked at.
    ///   - visit: what becomes of each.
    /// - Throws: ``ReplayProblem``; everything that was not removed is in the queue.
    func run(
        _ queue: String, atMost bound: Int? = nil, visit: (Delivery) async -> Verdict
    ) async throws(ReplayProblem) -> Outcome {
        let admin = AdminChannel(loop: loop, url: url, options: options, logger: CommandBroker.silent)
        do {
            _ = try await admin.open()
            let standing = try await admin.checkQueue(queue).messages
            let wanted = min(standing, bound ?? standing)
            let result = wanted == 0 ? .success(Outcome()) : await look(queue, wanted, admin, visit)
            await admin.close()
            return try result.get()
        } catch let error as AMQPError {
            await admin.close()
            throw ReplayProblem("\(queue): \(error)")
        } catch let problem as ReplayProblem {
            throw problem
        } catch {
            throw ReplayProblem("\(queue): the look ended early")
        }
    }

    private func look(
        _ queue: String, _ wanted: Int, _ admin: AdminChannel, _ visit: (Delivery) async -> Verdict
    ) async -> Result<Outcome, ReplayProblem> {
        let (signals, continuation) = AsyncStream.makeStream(of: Signal.self)
        let consumer = Consumer(loop: loop, url: url, options: options, logger: CommandBroker.silent) { state in
            if case .disconnected(let error?) = state { continuation.yield(.ended("\(error)")) }
        }
        await consumer.subscribe(
            queue, prefetch: min(wanted, Self.mostHeld),
            onEvent: { event in
                switch event {
                case .consuming: break
                case .cancelledByBroker: continuation.yield(.ended("the broker ended the subscription"))
                case .interrupted(let error): continuation.yield(.ended("\(error)"))
                }
            }, handler: { continuation.yield(.deliveries($0)) })
        let running = Task { await consumer.run() }
        let asking = Task { await ask(admin, queue, continuation) }
        let result = await follow(signals, queue, wanted, consumer, visit)
        asking.cancel()
        await asking.value
        await consumer.close()
        running.cancel()
        return result.mapError { ReplayProblem("\(queue): \($0)") }
    }

    private func follow(
        _ signals: AsyncStream<Signal>, _ queue: String, _ wanted: Int, _ consumer: Consumer,
        _ visit: (Delivery) async -> Verdict
    ) async -> Result<Outcome, ReplayProblem> {
        var outcome = Outcome()
        var held = 0
        var quietTimes = 0
        for await signal in signals {
            switch signal {
            case .deliveries(let deliveries):
                quietTimes = 0
                for delivery in deliveries {
                    outcome.looked += 1
                    switch await visit(delivery) {
                    case .keep: held += 1
                    case .remove:
                        if let problem = await remove(delivery, queue, consumer) { return .failure(problem) }
                    case .stop: return .success(outcome)
                    }
                    if outcome.looked == wanted { return .success(outcome) }
                }
                guard held < Self.mostHeld else {
                    outcome.isCutShort = true
                    return .success(outcome)
                }
            case .ready(let count):
                quietTimes += 1
                // Asked twice, because what was on its way at the first time has come by the second.
                if count == 0, quietTimes > 1 { return .success(outcome) }
                guard quietTimes < Self.quietLimit else {
                    return .failure(ReplayProblem("the broker delivers nothing"))
                }
            case .ended(let reason): return .failure(ReplayProblem(reason))
            }
        }
        return .success(outcome)
    }

    /// Returns when the broker knows of it: a process that is killed afterwards leaves it removed.
    private func remove(_ delivery: Delivery, _ queue: String, _ consumer: Consumer) async -> ReplayProblem? {
        consumer.ack(delivery.tag)
        do {
            try await consumer.awaitSettlements(of: queue)
            return nil
        } catch {
            return ReplayProblem("\(error)")
        }
    }

    private func ask(_ admin: AdminChannel, _ queue: String, _ signals: AsyncStream<Signal>.Continuation) async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(Self.quietTime))
                signals.yield(.ready(try await admin.checkQueue(queue).messages))
            } catch {
                // Cancelled, or the connection is gone, of which the consumer's will tell.
                return
            }
        }
    }
}
