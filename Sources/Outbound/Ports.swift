import AMQP
import FoundationEssentials
import Messaging
import Topics

/// What a message's journey publishes: events, and the request itself when it must wait or is given up.
///
/// Every call returns when the broker has confirmed it, however long the broker is away, or throws when the message
/// has been held too long and must be handed back: `heldSince` tells since when, on the worker's clock, so that all
/// publishes of a delivery together may take that long.
protocol Outbox: Sendable {
    func publish(_ event: Event, heldSince: Double) async throws(HeldTooLong)
    func publish(
        _ message: Message, to exchange: String, routingKey: String, heldSince: Double
    ) async throws(HeldTooLong)
}

/// A delivery has been unacknowledged for as long as it may be; the broker gets it back and will deliver it again.
struct HeldTooLong: Error {}

/// Time, as the worker sees it; tests bring their own.
struct WorkerClock: Sendable {
    /// The wall clock.
    var now: @Sendable () -> Date
    /// The time since a worker's start, in seconds, that never jumps.
    var elapsed: @Sendable () -> Double
    /// A number from 0 to 1, at random.
    var jitter: @Sendable () -> Double

    static let system = {
        let clock = ContinuousClock()
        let start = clock.now
        return WorkerClock(
            now: { Date() }, elapsed: { (clock.now - start) / .seconds(1) },
            jitter: { Double.random(in: 0...1) })
    }()
}
