import Logging
import Messaging
import Policy
import ServiceLifecycle
import UnixSignals

/// The policy of the settings: the named file or the shipped one, with the time zones of the machine.
struct PolicySource: Sendable {
    /// nil for the shipped policy.
    let path: String?
    let overlay: PolicyOverlay

    /// Reads the file and the time zones afresh.
    ///
    /// - Throws: ``SettingProblem`` with file, line and column.
    func load() throws(SettingProblem) -> PolicyEngine {
        let document: PolicyDocument
        if let path { document = try PolicyFile.read(path) } else { document = .shipped }
        return PolicyEngine(
            document, overlay: overlay, timeZones: TimeZoneDatabase(folder: TimeZoneDatabase.systemFolder))
    }
}

extension PolicySource {
    init(_ settings: Settings) {
        // Without apps of its own, in development alone, what one tries must not depend on the clock.
        let isTrial = settings.mode == .development && settings.file.apps == nil
        let own: PolicyOverlay = settings.mode == .development ? .none : .mode(settings.mode.rawValue)
        self.init(path: settings.file.policy, overlay: isTrial ? .development : own)
    }
}

/// Reads the policy again at every SIGHUP. A message is judged by the one policy or the other; none is lost, and a file that
/// is broken leaves the old policy in force.
struct PolicyReload: Service {
    let source: PolicySource
    let policy: LivePolicy
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { reload() }
    }

    func reload() {
        do throws(SettingProblem) {
            let engine = try source.load()
            policy.replace(with: engine)
            logger.notice(
                "The policy has been read again",
                metadata: [
                    "policy": "\(engine.revision.name)", "revision": "\(engine.revision.revision)",
                    "timeZones": "\(engine.revision.timeZones ?? "unknown")",
                ])
        } catch {
            logger.error(
                "The policy cannot be read; the old one stays in force",
                metadata: ["problem": "\(error.description)", "revision": "\(policy.current.revision.revision)"])
        }
    }
}
