import Messaging
import Policy

/// The answers of all parts at one moment.
struct ReadinessReport: Sendable {
    let states: [(name: String, state: ReadinessCheck.State)]

    /// Asks all parts at once.
    init(_ checks: [ReadinessCheck], timeout: Duration = ReadinessCheck.timeout) async {
        states = await withTaskGroup(of: (Int, ReadinessCheck.State).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await check.state(within: timeout)) }
            }
            var answers: [Int: ReadinessCheck.State] = [:]
            for await (index, state) in group { answers[index] = state }
            return checks.enumerated().map { ($1.name, answers[$0] ?? .notReady("not asked")) }
        }
    }

    var isReady: Bool { states.allSatisfy { $0.state.isReady } }

    /// `{"ready": false, "checks": [{"name": "broker", "ready": false, "reason": "…"}]}`.
    var json: String {
        var json = JSONText()
        json.object { json in
            json.value("ready", isReady)
            json.array("checks") { json in
                for (name, state) in states {
                    json.object { json in
                        json.value("name", name)
                        json.value("ready", state.isReady)
                        if let reason = state.reason { json.value("reason", redactedForLog(reason)) }
                    }
                }
            }
        }
        return json.string
    }
}

extension ReadinessCheck.State {
    fileprivate var isReady: Bool {
        if case .notReady = self { false } else { true }
    }

    fileprivate var reason: String? {
        switch self {
        case .ready: nil
        case .degraded(let reason), .notReady(let reason): reason
        }
    }
}
