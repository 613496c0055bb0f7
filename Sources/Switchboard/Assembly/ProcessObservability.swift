import FoundationEssentials
import Ledger
import Logging
import Messaging
import Metrics
import Observability
import Outbound

/// The process's logs and metrics, set up once before anything else speaks.
struct ProcessObservability: Sendable {
    let metrics: MetricRegistry

    static func bootstrap() -> ProcessObservability {
        LoggingSystem.bootstrap { label in LineLogHandler(label: label) }
        let metrics = MetricRegistry()
        MetricsSystem.bootstrap(metrics)
        return ProcessObservability(metrics: metrics)
    }

    func adminServer(
        _ settings: Settings, checks: [ReadinessCheck], logger: Logger
    ) throws(SettingProblem) -> AdminServer {
        do {
            let listener = try AdminListener(listen: settings.adminListen.description, token: settings.adminToken)
            return AdminServer(listener: listener, metrics: metrics, checks: checks, logger: logger)
        } catch {
            throw SettingProblem(error.setting, error.problem)
        }
    }
}

extension ReadinessCheck {
    /// Which accounts are paused. Whoever takes webhooks and records events goes on meanwhile, so this makes nothing unready.
    static func accounts(_ paused: @escaping @Sendable () -> [AccountPause]) -> ReadinessCheck {
        ReadinessCheck("accounts") {
            let pauses = paused()
            guard !pauses.isEmpty else { return .ready }
            return .degraded(pauses.map(\.summary).joined(separator: "; "))
        }
    }

    /// Whether the ledger can be read.
    static func ledger(_ ledger: any LedgerStore) -> ReadinessCheck {
        ReadinessCheck("ledger") {
            do {
                let known = try await ledger.consentKnownAt()
                Instruments.shared.setConsentAge(
                    seconds: known.map { Date().timeIntervalSince($0) } ?? .infinity)
                return .ready
            } catch {
                return .notReady("the ledger cannot be read")
            }
        }
    }
}

extension AccountPause {
    /// Which account, since when and why.
    fileprivate var summary: String {
        "\(account) is paused since \(formatRFC3339(since))\(isOnTrial ? ", a few messages try it" : ""): \(reason)"
    }
}
