import FoundationEssentials
import Synchronization

/// Which accounts the provider has refused as a whole, and when each is tried again.
///
/// A refused credential says nothing about a message: it would end a whole backlog as refused. So the account's messages
/// wait, and one of them at a time finds out whether it works again.
final class AccountCircuits: Sendable {
    /// Whether a message may be offered through an account.
    enum Verdict: Equatable {
        case open
        /// Not before this instant, by the wall clock.
        case paused(until: Date)
    }

    private struct Pause {
        var since: Date
        var probeAt: Date
        var interval: Double
        /// Whether a message was let through whose answer is not there yet.
        var isProbing = false
    }

    private let pauses = Mutex<[String: Pause]>([:])

    /// Seconds before the first probe, and between the last ones: each failed probe doubles the wait.
    static let shortestWait = 30.0
    private static let longestWait = 600.0

    /// Asked before each call. Of an account that is paused one message is let through when its time has come; the others
    /// wait for what comes of it.
    func verdict(_ account: String, now: Date) -> Verdict {
        pauses.withLock { pauses in
            guard var pause = pauses[account] else { return .open }
            guard pause.probeAt <= now else { return .paused(until: pause.probeAt) }
            // The probe's answer moves this on; without one, the next probe comes after the same wait.
            pause.probeAt = now.addingTimeInterval(pause.interval)
            pause.isProbing = true
            pauses[account] = pause
            return .open
        }
    }

    /// The provider refused the account. Returns since when it is paused, if this is what pauses it.
    func refused(_ account: String, now: Date) -> Date? {
        pauses.withLock { pauses in
            guard var pause = pauses[account] else {
                pauses[account] = Pause(
                    since: now, probeAt: now.addingTimeInterval(Self.shortestWait), interval: Self.shortestWait)
                return now
            }
            // Calls that were on their way when it was paused are no probes.
            guard pause.isProbing else { return nil }
            pause.isProbing = false
            pause.interval = min(pause.interval * 2, Self.longestWait)
            pause.probeAt = now.addingTimeInterval(pause.interval)
            pauses[account] = pause
            return nil
        }
    }

    /// The provider dealt with a message. Returns since when the account was paused, if this is what resumes it.
    func worked(_ account: String) -> Date? { pauses.withLock { $0.removeValue(forKey: account)?.since } }
}
