import Logging
import Messaging
import Observability
import Policy

/// What all journeys of a worker share.
final class WorkerParts: Sendable {
    /// Waits without holding a slot.
    typealias Pause = @Sendable (_ seconds: Double, MessageClass) async -> Void

    let configuration: WorkerConfiguration
    let directory: Directory
    let templates: TemplateCatalog
    let policy: LivePolicy
    let tokens: RecipientTokenKeys
    let ledger: any MessageLedger
    let outbox: any Outbox
    let clock: WorkerClock
    let logger: Logger
    let pause: Pause
    let circuits: AccountCircuits
    /// Whether the ledger is away.
    let ledgerOutage: Outage

    init(
        configuration: WorkerConfiguration, directory: Directory, templates: TemplateCatalog, policy: LivePolicy,
        tokens: RecipientTokenKeys, ledger: any MessageLedger, outbox: any Outbox, clock: WorkerClock, logger: Logger,
        circuits: AccountCircuits, ledgerOutage: Outage = Outage(), pause: @escaping Pause
    ) {
        self.configuration = configuration
        self.directory = directory
        self.templates = templates
        self.policy = policy
        self.tokens = tokens
        self.ledger = ledger
        self.outbox = outbox
        self.clock = clock
        self.logger = logger
        self.circuits = circuits
        self.ledgerOutage = ledgerOutage
        self.pause = pause
    }
}
