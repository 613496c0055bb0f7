import AMQP
import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

/// One message that an operator gives back again and again, now and then twice at once, while the provider does anything
/// and ledger and broker come and go.
@Suite("Nothing twice, whatever is given back") struct ReplayPromisesTests {
    private static let outcomes: [CarrierOutcome] = [
        .refusal(21211), .refusal(21211), .refusal(20429), .unreachable, .lost,
        .accepted(Acceptance(sid: ScriptedCarrier.sid(7), status: "queued")),
    ]

    /// What stands somewhere in the broker: in dead, on the ladder, or in the queue.
    private struct Broker {
        var ready: [Delivery] = [Deliveries.request()]
        var waiting: [Message] = []
        var dead: [Delivery] = []
        private var taken = 0

        mutating func collect(_ bench: Bench) {
            for republished in bench.outbox.messages[taken...] {
                if republished.exchange == Exchange.delay {
                    waiting.append(republished.message)
                } else {
                    dead.append(
                        Delivery(
                            tag: DeliveryTag(unattached: 4), exchange: Exchange.dead,
                            routingKey: republished.routingKey, message: republished.message))
                }
            }
            taken = bench.outbox.messages.count
        }

        /// Gives one back, as the command does; `isKept`: it was killed before it removed the message.
        mutating func replay(at now: Date, isKept: Bool) throws {
            guard let letter = dead.first else { return }
            let publication = try DeadLetter(letter, from: "dead.transactional").replay(at: now)
            ready.append(Deliveries.returned(publication.message, .transactional))
            if !isKept { dead.removeFirst() }
        }
    }

    @Test("random histories", arguments: 0..<60) func history(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let bench = try Bench()
        var broker = Broker()
        var calls: [CarrierOutcome] = []
        for _ in 0..<60 {
            bench.clock.advance(by: Double.random(in: 0...40, using: &generator))
            bench.outbox.confirmOnly(nil)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bench.ledger.fail(.reopen)
            case 1: bench.ledger.fail(.settle, times: 5)
            case 2: bench.outbox.confirmOnly(Int.random(in: 0...2, using: &generator))
            default: break
            }
            try broker.replay(at: bench.clock.now, isKept: Bool.random(using: &generator))
            if Bool.random(using: &generator) {
                broker.ready += broker.waiting.map { Deliveries.returned($0, .transactional) }
                broker.waiting = []
            }
            guard !broker.ready.isEmpty else { continue }
            let delivery = broker.ready.remove(at: Int.random(in: 0..<broker.ready.count, using: &generator))
            let script = (0..<5).map { _ in Self.outcomes[Int.random(in: 0..<Self.outcomes.count, using: &generator)] }
            bench.carrier.script(script)
            let before = bench.carrier.calls.count
            do {
                try await bench.work(delivery)
            } catch {
                broker.ready.append(Deliveries.redelivered(delivery))
            }
            calls += script.prefix(bench.carrier.calls.count - before)
            broker.collect(bench)
        }
        // Only after a certain no was anybody called again.
        for outcome in calls.dropLast() {
            guard case .refused = outcome else {
                Issue.record("called again after \(outcome)")
                return
            }
        }
        // What was not sent still stands somewhere.
        let isSent = bench.outbox.events.contains { $0.status == .accepted }
        #expect(isSent || !(broker.ready.isEmpty && broker.waiting.isEmpty && broker.dead.isEmpty))
    }
}
