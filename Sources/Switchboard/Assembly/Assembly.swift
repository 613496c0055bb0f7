import AMQP
import Bridge
import EventLoop
import FoundationEssentials
import HTTPTransfer
import Ledger
import Logging
import Messaging
import Observability
import Outbound
import Policy
import Recorder
import ServiceLifecycle
import Simulator
import Twilio
import UnixSignals

/// Puts the services of one process together and runs them.
struct Assembly {
    let settings: Settings
    let roles: Set<Settings.Role>
    private let observability: ProcessObservability

    init(settings: Settings, roles: Set<Settings.Role>) throws {
        self.settings = settings
        self.roles = roles
        observability = ProcessObservability.bootstrap()
    }

    /// Runs until a signal asks to stop. What starts later stops first, so the worker is the last.
    func run() async throws {
        let logger = Logger(label: "switchboard")
        try await StartChecks(settings: settings, roles: roles).run(logger)
        var services: [any Service] = []
        var checks: [ReadinessCheck] = []
        if roles.contains(.simulator) { services.append(try simulator(logger)) }
        let workerLoop = try EventLoop(name: "worker")
        let needsLedger = !roles.isDisjoint(with: [.worker, .bridge, .recorder])
        let ledger = needsLedger ? try await openLedger(loop: workerLoop, logger) : nil
        if let ledger {
            checks.append(.ledger(ledger))
            let eventsLoop = try EventLoop(name: "events")
            let source = PolicySource(settings)
            let policy = LivePolicy(
                roles.isDisjoint(with: [.worker, .bridge]) ? .shipped : try source.load())
            if !roles.isDisjoint(with: [.worker, .bridge]) {
                services.append(PolicyReload(source: source, policy: policy, logger: logger))
            }
            if roles.contains(.recorder) {
                let recorder = try recorder(ledger, eventsLoop, logger)
                services.append(recorder)
                services.append(pruner(ledger, eventsLoop, logger))
                checks.append(ReadinessCheck("recorder") { await recorder.readiness })
            }
            if roles.contains(.bridge) {
                let bridge = try bridge(ledger, eventsLoop, policy, try await openSpool(logger), logger)
                services.append(bridge)
                checks.append(ReadinessCheck("bridge") { await bridge.readiness })
            }
            if roles.contains(.worker) {
                let worker = try worker(ledger, workerLoop, policy, logger)
                services.append(worker)
                checks.append(ReadinessCheck("worker") { await worker.readiness })
                checks.append(.accounts { worker.pausedAccounts })
            }
        }
        services.insert(try observability.adminServer(settings, checks: checks, logger: logger), at: 0)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        await ledger?.close()
    }

    private func openLedger(loop: EventLoop, _ logger: Logger) async throws -> any LedgerStore {
        let ledger: any LedgerStore
        let disagreements: [TokenKeyDisagreement]
        do {
            ledger = try await settings.ledger.open(
                creates: settings.mode == .development, commits: settings.commits,
                // The callers of a transaction mostly run on the worker's loop: one wake-up for all of them.
                wakeCallers: { wake in loop.execute(wake) },
                onCommit: { calls, took in Instruments.shared.recordCommit(rows: calls, took: took) }, logger: logger)
        } catch let error where error.code == .absent {
            throw StartProblem(
                "SWITCHBOARD_LEDGER_URL: \(error); `switchboard ledger init` makes an empty one", isConfiguration: true)
        } catch {
            // A database that is away comes back; one that refuses us does not by itself.
            throw StartProblem("SWITCHBOARD_LEDGER_URL: \(error)", isConfiguration: !error.isAway)
        }
        do {
            disagreements = try await ledger.admit(settings.tokenKeys.fingerprints)
        } catch {
            await ledger.close()
            throw StartProblem(
                "SWITCHBOARD_LEDGER_URL: \(error)", isConfiguration: (error as? LedgerError)?.isAway != true)
        }
        if let first = disagreements.first {
            await ledger.close()
            throw StartProblem("SWITCHBOARD_TOKEN_KEYS: \(first.advice)", isConfiguration: true)
        }
        return ledger
    }
}

extension TokenKeyDisagreement {
    /// What is wrong, and what to do.
    var advice: String {
        switch self {
        case .missing(let id):
            "lacks the key \(id), under which opt-outs are stored that would not be found; put it at the end of the list"
        case .changed(let id):
            "holds another key \(id) than the one under which recipients are stored; give a new key a new id"
        }
    }
}
