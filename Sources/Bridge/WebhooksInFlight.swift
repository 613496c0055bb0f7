import FoundationEssentials
import Synchronization

/// Which webhooks were received and are not on the broker yet: a tick may only speak of the time before the oldest.
final class WebhooksInFlight: Sendable {
    /// One webhook's time of receipt.
    struct Receipt: Sendable {
        let number: UInt64
        let time: Date
    }

    private struct State {
        var last: UInt64 = 0
        var open: [UInt64: Date] = [:]
    }

    private let state = Mutex(State())

    func begin(at time: Date) -> Receipt {
        state.withLock { state in
            state.last += 1
            state.open[state.last] = time
            return Receipt(number: state.last, time: time)
        }
    }

    func end(_ receipt: Receipt) {
        _ = state.withLock { $0.open.removeValue(forKey: receipt.number) }
    }

    /// Up to when everything that was received is on the broker, or was answered so that it comes again.
    func settled(before now: Date) -> Date {
        state.withLock { state in min(now, state.open.values.min() ?? now) }
    }
}
