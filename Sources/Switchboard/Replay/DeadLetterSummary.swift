import Topics

/// How many messages stand there for which reason, of which app.
struct DeadLetterSummary {
    private struct Kind: Hashable {
        let reason: String
        let app: String
    }

    private var counts: [Kind: Int] = [:]
    private(set) var total = 0

    mutating func add(_ entry: DeadLetterEntry) {
        counts[Kind(reason: entry.reason, app: entry.app), default: 0] += 1
        total += 1
    }

    /// A line each, the most first.
    var lines: [String] {
        let sorted = counts.sorted {
            ($1.value, $0.key.reason, $0.key.app) < ($0.value, $1.key.reason, $1.key.app)
        }
        return sorted.map { kind, count in
            "\(padded("\(count)", to: 8)) \(padded(kind.reason, to: 28)) \(kind.app)".trimmingTrailingSpaces
        }
    }
}
