import EventLoop
import Journal
import Logging
import Messaging
import Topics

/// Brings what stands in the spool to the broker, in order, and removes what is confirmed.
///
/// A webhook that was confirmed and not removed before a crash is published again, with the same ids.
final class SpoolDrain: Sendable {
    /// Webhooks whose confirms are awaited together, at most.
    private static let largestBatch = 64

    private let spool: Journal
    private let delivery: EventDelivery
    private let loop: EventLoop
    private let retryInterval: Double
    private let logger: Logger
    private let publish: @Sendable ([WrittenEvent]) async -> [EventPublisher.Outcome]

    /// - Parameter publish: publishes in order and says what came of each.
    init(
        spool: Journal, delivery: EventDelivery, loop: EventLoop, retryInterval: Double, logger: Logger,
        publish: @escaping @Sendable ([WrittenEvent]) async -> [EventPublisher.Outcome]
    ) {
        self.spool = spool
        self.delivery = delivery
        self.loop = loop
        self.retryInterval = retryInterval
        self.logger = logger
        self.publish = publish
    }

    /// Empties the spool whenever it is filled, until the task is cancelled.
    func run() async {
        var limit = Self.largestBatch
        for await _ in delivery.signal.wakes {
            while !Task.isCancelled, !delivery.endSpoolingIfEmpty() {
                guard await drain(&limit) else { break }
            }
        }
    }

    /// Publishes what the oldest file holds; false when that ended early, and a wake is on its way.
    ///
    /// - Parameter limit: how many webhooks are offered together. A broker that refused some may have given the others to
    ///   its queues: then one by one at first, so that little comes again at each attempt.
    private func drain(_ limit: inout Int) async -> Bool {
        let records: [JournalRecord]
        do {
            records = try await spool.oldestRecords()
        } catch {
            logger.error("The webhooks on disk cannot be read now", metadata: ["error": "\(error)"])
            delivery.signal.wake(after: retryInterval, on: loop)
            return false
        }
        // Something is still on its way to the disk, and wakes when it is there.
        guard !records.isEmpty else { return false }
        var rest = records[...]
        while !rest.isEmpty {
            let batch = readable(rest.prefix(limit))
            guard !batch.isEmpty else {
                await skip(rest.removeFirst())
                continue
            }
            let confirmed = await confirmedCount(of: batch)
            if confirmed > 0 { await remove(through: batch[confirmed - 1].sequence, keeping: false) }
            guard confirmed == batch.count else {
                limit = 1
                delivery.signal.wake(after: retryInterval, on: loop)
                return false
            }
            limit = min(2 * limit, Self.largestBatch)
            rest = rest.dropFirst(confirmed)
        }
        return true
    }

    /// The records up to the first that this version cannot read.
    private func readable(_ records: ArraySlice<JournalRecord>) -> [(sequence: UInt64, webhook: SpooledWebhook)] {
        var batch: [(sequence: UInt64, webhook: SpooledWebhook)] = []
        for record in records {
            guard let webhook = SpooledWebhook(record.payload) else { break }
            batch.append((record.sequence, webhook))
        }
        return batch
    }

    /// How many of the webhooks, from the first on, the broker has confirmed. Those after a failure are published again,
    /// so that the order holds.
    private func confirmedCount(of batch: [(sequence: UInt64, webhook: SpooledWebhook)]) async -> Int {
        let outcomes = await publish(batch.flatMap(\.webhook.events))
        var left = outcomes.prefix { $0 == .confirmed }.count
        return batch.prefix { entry in
            left -= entry.webhook.events.count
            return left >= 0
        }.count
    }

    /// What this version cannot read must not hold up what follows; its file is kept.
    private func skip(_ record: JournalRecord) async {
        logger.error(
            "A webhook on disk was written by another version and is left out; its file is kept",
            metadata: ["spool.sequence": "\(record.sequence)"])
        await remove(through: record.sequence, keeping: true)
    }

    private func remove(through sequence: UInt64, keeping: Bool) async {
        do {
            try await spool.remove(through: sequence, keeping: keeping)
        } catch {
            // Closed: it is published again at the next start.
            logger.notice("Confirmed webhooks stay on disk", metadata: ["error": "\(error)"])
        }
    }
}
