import AMQP
import Messaging
import Testing
import Topics

@testable import Outbound

/// A broker that does not confirm, so that the delivery is handed back; then the delivery comes again.
@Suite("Handing back") struct HandingBackTests {
    /// What a message is about to become.
    enum Fate: String, CaseIterable, Sendable {
        case accepted, refused, optedOut, inDoubt, blocked, rejected, abandoned

        func prepare(_ bench: Bench) async throws -> Delivery {
            switch self {
            case .accepted: break
            case .refused: bench.carrier.answer(.refusal(21211))
            case .optedOut: bench.carrier.answer(.refusal(21610))
            case .inDoubt: bench.carrier.answer(.lost)
            case .blocked: try bench.setConsent(.revoked)
            case .rejected: return Deliveries.request("{}")
            case .abandoned:
                bench.carrier.answer(.lost)
                try await bench.work(Deliveries.request())
                bench.clock.advance(by: 30)
            }
            return Deliveries.request()
        }

        /// What must be published at least once, however often it is interrupted.
        var published: Set<String> {
            switch self {
            case .accepted: ["event message.accepted"]
            case .refused: ["event message.refused", "event error.21211", "publish dead transactional"]
            case .optedOut: ["event consent.revoked", "event message.refused", "event error.21610"]
            case .inDoubt: ["event message.in-doubt"]
            case .blocked: ["event message.blocked"]
            case .rejected: ["event message.rejected", "publish dead transactional"]
            case .abandoned: ["event message.abandoned", "publish dead transactional"]
            }
        }
    }

    @Test("nothing of what a message became is lost, and nobody is called twice", arguments: Fate.allCases, 0...3)
    func interrupted(fate: Fate, confirms: Int) async throws {
        let bench = try Bench()
        let delivery = try await fate.prepare(bench)
        let before = bench.carrier.calls.count
        _ = bench.steps()
        bench.outbox.confirmOnly(confirms)
        do {
            try await bench.work(delivery)
        } catch {
            bench.outbox.confirmOnly(nil)
            try await bench.work(Deliveries.redelivered(delivery))
        }
        let steps = bench.steps()
        #expect(fate.published.isSubset(of: steps), "\(steps)")
        #expect(bench.carrier.calls.count - before <= 1)
    }

    @Test(
        "what is handed back before it was kept, and finds no ledger then, is kept when the ledger is back",
        arguments: [Fate.refused, .abandoned])
    func ledgerAwayAfterwards(fate: Fate) async throws {
        let bench = try Bench()
        var delivery = try await fate.prepare(bench)
        if fate == .abandoned {
            // As the ladder gives it back, its grace over.
            let waiting = try #require(bench.outbox.messages.last?.message)
            delivery = Deliveries.returned(waiting, .transactional)
        }
        bench.outbox.confirmOnly(fate == .refused ? 2 : 1)
        await #expect(throws: HeldTooLong.self) { try await bench.work(delivery) }
        bench.outbox.confirmOnly(nil)
        bench.ledger.fail(.claim)
        try await bench.work(Deliveries.redelivered(delivery))
        _ = bench.steps()
        try await bench.workAgain()
        #expect(bench.steps().last == "publish dead transactional")
    }

    @Test("a delivery that is handed back throws, so that it is not acknowledged") func thrown() async throws {
        let bench = try Bench()
        bench.outbox.confirmOnly(0)
        await #expect(throws: HeldTooLong.self) { try await bench.work(Deliveries.request()) }
        await #expect(throws: HeldTooLong.self) { try await bench.work(Deliveries.request("{}")) }
        await #expect(throws: HeldTooLong.self) { try await bench.work(Deliveries.request(key: "x", exchange: "")) }
        bench.ledger.fail(.claim)
        await #expect(throws: HeldTooLong.self) { try await bench.work(Deliveries.request()) }
    }
}
