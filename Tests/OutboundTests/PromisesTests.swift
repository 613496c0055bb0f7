import AMQP
import Foundation
import Messaging
import Testing
import Topics

@testable import Outbound

/// Many messages, a provider that does anything, a ledger and a broker that come and go, deliveries that come twice,
/// people who opt out: the two promises hold all the same. The broker's queues are played in memory.
@Suite("Nothing twice, nothing lost") struct PromisesTests {
    /// The queues: what is ready, and what stands on the delay ladder until an instant.
    private struct Broker {
        var ready: [Delivery] = []
        var delayed: [(Date, Message)] = []
        /// How many of the outbox' messages have been sorted into the queues.
        var taken = 0

        mutating func collect(_ bench: Bench) {
            for republished in bench.outbox.messages[taken...] where republished.exchange == Exchange.delay {
                let step = republished.routingKey.split(separator: ".").last.flatMap { DelayStep(rawValue: String($0)) }
                delayed.append((bench.clock.now.addingTimeInterval(step?.seconds ?? 5), republished.message))
            }
            taken = bench.outbox.messages.count
        }

        /// Moves what has waited long enough; jumps to the next one when nothing is ready.
        mutating func advance(_ bench: Bench) {
            if ready.isEmpty, let next = delayed.map(\.0).min() {
                bench.clock.advance(by: max(0, next.timeIntervalSince(bench.clock.now)))
            }
            let now = bench.clock.now
            ready += delayed.filter { $0.0 <= now }.map { Deliveries.returned($0.1, .transactional) }
            delayed.removeAll { $0.0 <= now }
        }
    }

    private func outcome(_ generator: inout SeededGenerator) -> CarrierOutcome {
        switch Int.random(in: 0..<13, using: &generator) {
        case 12: .refusal(20003)
        case 0: .lost
        case 1: .unreachable
        case 2: .refusal(20429, retryAfter: Double.random(in: 0...9, using: &generator))
        case 3: .refusal(21211)
        case 4: .refusal(63018)
        case 5: .refusal(21610)
        default: .accepted(Acceptance(sid: ScriptedCarrier.sid(7), status: "queued"))
        }
    }

    private func disturb(_ bench: Bench, _ generator: inout SeededGenerator) throws {
        bench.outbox.confirmOnly(nil)
        // One thing at a time: when ledger and broker fail together after a call, only the provider's list could tell what
        // came of it, and here it is not available.
        for operation in [MemoryLedger.Operation.claim, .begin, .settle, .noteDeferral] {
            bench.ledger.fail(operation, times: 0)
        }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: bench.ledger.fail(.claim)
        case 1: bench.ledger.fail(.begin)
        case 2: bench.ledger.fail(.settle, times: Int.random(in: 1...5, using: &generator))
        case 3: bench.ledger.loseNextBegin()
        case 4: bench.ledger.fail(.noteDeferral)
        case 5, 6: bench.outbox.confirmOnly(Int.random(in: 0...2, using: &generator))
        case 7:
            let clock = bench.clock
            bench.ledger.beforeNextBegin { clock.advance(by: 6) }
        default: break
        }
    }

    @Test("random histories", arguments: 0..<60) func history(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let bench = try Bench()
        let names = (0..<12).map { "m-\($0)" }
        var broker = Broker(ready: names.map { Deliveries.request(id: $0) })
        /// The outcome of every call, by message.
        var calls: [String: [CarrierOutcome]] = [:]
        var rounds = 0
        while !broker.ready.isEmpty || !broker.delayed.isEmpty {
            rounds += 1
            try #require(rounds < 3000, "it goes round for ever")
            broker.advance(bench)
            guard !broker.ready.isEmpty else { continue }
            let delivery = broker.ready.remove(at: Int.random(in: 0..<broker.ready.count, using: &generator))
            let name = try #require(delivery.message.properties.messageID)
            try disturb(bench, &generator)
            // Paused accounts are looked at in their time, or late.
            if Int.random(in: 0..<3, using: &generator) == 0, let (wait, body) = bench.timers.takeNext() {
                bench.clock.advance(by: wait)
                if Bool.random(using: &generator) { bench.carrier.show(.unreachable("no connection")) }
                await body()
            }
            let script = (0..<5).map { _ in outcome(&generator) }
            bench.carrier.script(script)
            let before = bench.carrier.calls.count
            do {
                try await bench.work(delivery)
                // An acknowledgement may be lost: then the delivery comes once more.
                if Int.random(in: 0..<8, using: &generator) == 0 {
                    broker.ready.append(Deliveries.redelivered(delivery))
                }
            } catch {
                broker.ready.append(Deliveries.redelivered(delivery))
            }
            calls[name, default: []] += script.prefix(bench.carrier.calls.count - before)
            broker.collect(bench)
        }
        for name in names { try check(bench, name, calls[name] ?? []) }
    }

    private func check(_ bench: Bench, _ name: String, _ outcomes: [CarrierOutcome]) throws {
        // Called again only after a certain no that may be offered again.
        for outcome in outcomes.dropLast() {
            guard case .refused(let refusal) = outcome,
                refusal.isRetryable || refusal.error?.concernsAccount == true
            else {
                Issue.record("\(name) was offered again after \(outcome)")
                return
            }
        }
        let events = bench.outbox.events.filter { $0.subject == name }
        let ends = Set(events.compactMap(\.status).filter { $0.isFinal || $0 == .accepted })
        #expect(!ends.isEmpty, "\(name) came to no end")
        if case .accepted = outcomes.last { #expect(ends.contains(.accepted), "\(name) was sent and not told") }
        // What could not be sent is kept for an operator, but for who opted out.
        let isKept = bench.outbox.messages.contains {
            $0.exchange == Exchange.dead && $0.message.properties.messageID == name
        }
        if ends.contains(.abandoned) { #expect(isKept) }
        if ends.contains(.refused), !events.contains(where: { $0.error?.code == 21610 }) { #expect(isKept) }
    }
}
