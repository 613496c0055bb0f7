/// A rung of the delay ladder: a queue that holds every message for the same time, so that none waits behind a longer
/// wait.
public enum DelayStep: String, CaseIterable, Sendable {
    case fiveSeconds = "5s"
    case thirtySeconds = "30s"
    case twoMinutes = "2m"
    case tenMinutes = "10m"
    case oneHour = "1h"
    case sixHours = "6h"

    /// How long the rung holds, in seconds, as the topology's policies set it.
    public var seconds: Double {
        switch self {
        case .fiveSeconds: 5
        case .thirtySeconds: 30
        case .twoMinutes: 120
        case .tenMinutes: 600
        case .oneHour: 3600
        case .sixHours: 21_600
        }
    }

    /// The largest step that is not longer than the wait, or the smallest: what is left of a long wait is judged afresh
    /// when the message comes back.
    public static func fitting(seconds: Double) -> DelayStep {
        allCases.last { $0.seconds <= seconds } ?? .fiveSeconds
    }

    /// The smallest step that is not shorter than the wait, or the largest.
    public static func lasting(seconds: Double) -> DelayStep {
        allCases.first { $0.seconds >= seconds } ?? .sixHours
    }

    /// The step before the next call after `attempts` calls: each longer than the one before.
    public static func afterAttempts(_ attempts: Int) -> DelayStep {
        allCases[min(max(attempts, 1), allCases.count) - 1]
    }
}
