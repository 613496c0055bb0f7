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
        var services: [any Service] = []
        let logger = Logger(label: "switchboard")
        if roles.contains(.simulator) { services.append(try simulator(logger)) }
        let needsLedger = !roles.isDisjoint(with: [.worker, .bridge, .recorder])
        let workerLoop = try EventLoop(name: "worker")
        let ledger = needsLedger ? try await openLedger(loop: workerLoop, logger) : nil
        services.append(try adminServer(logger))
        if let ledger {
            let eventsLoop = try EventLoop(name: "events")
            if roles.contains(.recorder) { services.append(try recorder(ledger, eventsLoop, logger)) }
            if roles.contains(.bridge) { services.append(try bridge(ledger, eventsLoop, logger)) }
            if roles.contains(.worker) { services.append(try worker(ledger, workerLoop, logger)) }
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        await ledger?.close()
    }

    private func openLedger(loop: EventLoop, _ logger: Logger) async throws -> SQLiteLedger {
        var options = SQLiteLedger.Options()
        // The callers of a transaction mostly run on the worker's loop: one wake-up for all of them.
        options.wakeCallers = { wake in loop.execute(wake) }
        do {
            return try await SQLiteLedger.open(settings.ledgerPath, options: options, logger: logger)
        } catch {
            throw StartProblem("SWITCHBOARD_LEDGER_URL: \(error)", isConfiguration: true)
        }
    }
}
