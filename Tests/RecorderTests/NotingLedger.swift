import AMQP
import Foundation
import Messaging
import Synchronization

@testable import Recorder

/// Keeps what was written, in order, and fails as often as it is told to.
final class NotingLedger: StatusLedger, InboundLedger {
    struct Away: Error {}
    struct Refusal: LedgerFailure { let refusesCall = true }

    private struct State {
        var written: [String] = []
        var times: [Date] = []
        var looks: [Date?] = []
        var failures = 0
        var error: any Error = Away()
    }

    private let state = Mutex(State())
    /// Tells of every call.
    let asked: AsyncStream<Void>
    private let ask: AsyncStream<Void>.Continuation

    init() {
        (asked, ask) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The instants of changes and ticks, in the order of ``written``.
    var times: [Date] { state.withLock { $0.times } }

    /// When the provider is to be asked about each status.
    var looks: [Date?] { state.withLock { $0.looks } }

    var written: [String] { state.withLock { $0.written } }

    var isAway: Bool { state.withLock { $0.failures > 0 } }

    func fail(times: Int, with error: any Error) {
        state.withLock { state in
            state.failures = times
            state.error = error
        }
    }

    private func note(_ text: String) throws {
        ask.yield()
        try state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                throw state.error
            }
            state.written.append(text)
        }
    }

    func record(_ report: StatusReport) async throws -> Bool {
        try note("status \(report.status.rawValue)")
        state.withLock { $0.looks.append(report.lookAt) }
        return true
    }

    func apply(_ change: ConsentChange) async throws -> Bool {
        try note("\(change.kind.rawValue) \(change.evidence)")
        state.withLock { $0.times.append(change.at) }
        return true
    }

    func noteTick(bridge: String, at: Date, isLeaving: Bool, now: Date) async throws {
        try note("tick \(bridge)")
        state.withLock { $0.times.append(at) }
    }

    func noteInbound(_ message: InboundNote) async throws {
        try note("inbound \(message.sid)")
        state.withLock { $0.times.append(message.at) }
    }

    // The recorder asks for none of these.
    func seenInbound(_ sids: [String]) async throws -> Set<String> { throw Away() }
    func forgetInbound(before instant: Date, limit: Int) async throws -> Int { throw Away() }
    func takeListing(
        account: String, now: Date, before: Date, first: Date, leasedUntil: Date
    ) async throws -> Date? { throw Away() }
    func noteListing(account: String, completeTo: Date) async throws { throw Away() }
    func listings() async throws -> [InboundListing] { throw Away() }

    func consentKnownAt() async throws -> Date? { nil }

    func facts(recipient: [RecipientToken], program: String) async throws -> RecipientFacts {
        RecipientFacts(consent: .none, consentEpoch: 0)
    }

    func conversation(recipient: [RecipientToken], program: String) async throws -> Event.Conversation? { nil }
}

/// Keeps how deliveries ended, by their numbers.
final class Settled: Sendable {
    private let tags = Mutex<(acknowledged: [DeliveryTag], givenUp: [DeliveryTag])>(([], []))

    var settling: Settling {
        Settling(
            acknowledge: { tag in self.tags.withLock { $0.acknowledged.append(tag) } },
            giveUp: { tag in self.tags.withLock { $0.givenUp.append(tag) } })
    }

    var acknowledged: [UInt64] { numbers(tags.withLock { $0.acknowledged }) }

    var givenUp: [UInt64] { numbers(tags.withLock { $0.givenUp }) }

    private func numbers(_ tags: [DeliveryTag]) -> [UInt64] {
        (1...400).filter { tags.contains(DeliveryTag(unattached: $0)) }
    }
}

func delivery(_ number: UInt64, _ key: String, _ json: String) -> Delivery {
    Delivery(
        tag: DeliveryTag(unattached: number), exchange: "events", routingKey: key,
        message: Message(body: Array(json.utf8)))
}
