/// How a webhook is delivered, as the fragment of its URL asks for: `#rc=3&rp=all&ct=2000&rt=4000` (Twilio, "Webhooks
/// connection overrides"). What is missing or out of range keeps its default.
struct ConnectionOverrides: Sendable, Equatable {
    /// What may be tried again.
    struct RetryPolicy: OptionSet, Sendable {
        let rawValue: Int

        static let clientError = RetryPolicy(rawValue: 1)
        static let serverError = RetryPolicy(rawValue: 2)
        static let connectTimeout = RetryPolicy(rawValue: 4)
        static let readTimeout = RetryPolicy(rawValue: 8)
        static let all: RetryPolicy = [.clientError, .serverError, .connectTimeout, .readTimeout]

        fileprivate static let names: [Substring: RetryPolicy] = [
            "4xx": .clientError, "5xx": .serverError, "ct": .connectTimeout, "rt": .readTimeout, "all": .all,
        ]
    }

    /// `rc`: how often it is tried again.
    var retries = 1
    /// `rp`: after what.
    var policy: RetryPolicy = .connectTimeout
    /// `ct`: until the connection stands.
    var connectTimeout: Duration = .milliseconds(5000)
    /// `rt`: until the answer is complete.
    var readTimeout: Duration = .milliseconds(15_000)
    /// `tt`: for all attempts together.
    var totalTimeout: Duration = .milliseconds(15_000)

    /// The defaults.
    init() {}

    /// Reads a fragment without its number sign.
    init(fragment: Substring) {
        for pair in fragment.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "rc": retries = Self.number(parts[1], in: 0...5) ?? retries
            case "rp":
                let policies = parts[1].split(separator: ",").compactMap { RetryPolicy.names[$0] }
                if !policies.isEmpty { policy = policies.reduce([]) { $0.union($1) } }
            case "ct": connectTimeout = Self.duration(parts[1], in: 100...10_000) ?? connectTimeout
            case "rt": readTimeout = Self.duration(parts[1], in: 100...15_000) ?? readTimeout
            case "tt": totalTimeout = Self.duration(parts[1], in: 100...15_000) ?? totalTimeout
            default: continue
            }
        }
    }

    /// Whether an attempt that ended like this may be followed by another.
    func retries(after answer: WebhookAnswer) -> Bool {
        switch answer {
        case .answered(let status, _):
            (policy.contains(.clientError) && (400..<500).contains(status))
                || (policy.contains(.serverError) && status >= 500)
        case .notConnected: policy.contains(.connectTimeout)
        case .noAnswer: policy.contains(.readTimeout)
        case .broken, .refused: false
        }
    }

    private static func number(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func duration(_ text: Substring, in range: ClosedRange<Int>) -> Duration? {
        number(text, in: range).map { .milliseconds($0) }
    }
}
