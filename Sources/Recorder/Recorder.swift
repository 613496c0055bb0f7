public import AMQP
public import EventLoop
import FoundationEssentials
public import Logging
public import Messaging
public import Observability
public import ServiceLifecycle
import Topics

/// Writes what the events say into the ledger: opt-outs and how far they are known, statuses, conversations.
public actor Recorder: Service {
    private nonisolated let loop: EventLoop
    /// The loop's.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    private nonisolated let consumer: Consumer
    private nonisolated let logger: Logger
    private nonisolated let consentIntake: ConsentIntake
    private nonisolated let statusIntake: StatusIntake
    private nonisolated let unread = UnreadOptOuts()

    private var consentWaiting: [Delivery] = []
    private var statusWaiting: [Delivery] = []
    private var consentTask: Task<Void, Never>?
    private var statusTask: Task<Void, Never>?
    private var isStopping = false

    /// Opt-outs that cannot be read stay unsettled, and must not keep others from being delivered. The queue has one active
    /// consumer: to ask for more later would make another one active, which knows nothing of what this one holds.
    private static let consentPrefetch = 10_000
    private static let statusPrefetch = 500

    /// A recorder with a broker connection of its own.
    ///
    /// - Parameter lostAfter: seconds without a final status after which the provider is to be asked about a message.
    public init(
        loop: EventLoop, broker: BrokerURL, connection: ConnectionOptions, ledger: any StatusLedger & InboundLedger,
        lostAfter: Double, logger: Logger
    ) {
        self.loop = loop
        self.logger = logger
        let consumer = Consumer(loop: loop, url: broker, options: connection, logger: logger)
        self.consumer = consumer
        let retrying = Retrying(logger: logger) { seconds in await loop.sleep(for: .seconds(seconds)) }
        consentIntake = ConsentIntake(
            ledger: ledger, logger: logger, settling: Settling(consumer), retrying: retrying, unread: unread,
            now: { Date() })
        statusIntake = StatusIntake(
            ledger: ledger, lostAfter: lostAfter, logger: logger, settling: Settling(consumer), retrying: retrying,
            now: { Date() })
    }

    /// Whether events are being taken, and opt-outs with them.
    public var readiness: ReadinessCheck.State {
        get async {
            if isStopping { return .notReady("stopping") }
            if let problem = await consumer.state.problem { return .notReady(problem) }
            let idle = await consumer.unconsumedQueues
            guard idle.isEmpty else { return .notReady("nothing is delivered from \(idle.joined(separator: ", "))") }
            guard unread.isAny else { return .ready }
            return .notReady("opt-outs cannot be recorded (\(unread.count)); promotional sending has stopped")
        }
    }

    /// Records until it is asked to stop; then finishes what it has begun and closes.
    public func run() async throws {
        let unread = unread
        await consumer.subscribe(
            QueueName.consent, prefetch: Self.consentPrefetch,
            onEvent: { [weak self] event in
                if event != .consuming { unread.deliveriesReturned() }
                self?.assumeIsolated { if case .interrupted = event { $0.consentWaiting = [] } }
            }
        ) { [weak self] deliveries in
            self?.assumeIsolated { $0.takeConsent(deliveries) }
        }
        // What was delivered by a channel that is gone comes again, and could not be settled.
        await consumer.subscribe(
            QueueName.recorder, prefetch: Self.statusPrefetch,
            onEvent: { [weak self] event in
                self?.assumeIsolated { if case .interrupted = event { $0.statusWaiting = [] } }
            }
        ) { [weak self] deliveries in
            self?.assumeIsolated { $0.takeStatuses(deliveries) }
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.consumer.run() }
            try? await gracefulShutdown()
            await drain()
            group.cancelAll()
        }
    }

    private func takeConsent(_ deliveries: [Delivery]) {
        guard !isStopping else { return }
        consentWaiting += deliveries
        guard consentTask == nil else { return }
        consentTask = Task(executorPreference: loop.taskExecutor) { await self.workConsent() }
    }

    /// One batch after the other, so that a tick never overtakes an opt-out.
    private func workConsent() async {
        while !consentWaiting.isEmpty, !isStopping {
            let batch = consentWaiting
            consentWaiting = []
            await consentIntake.take(batch)
        }
        consentTask = nil
    }

    private func takeStatuses(_ deliveries: [Delivery]) {
        guard !isStopping else { return }
        statusWaiting += deliveries
        guard statusTask == nil else { return }
        statusTask = Task(executorPreference: loop.taskExecutor) { await self.workStatuses() }
    }

    private func workStatuses() async {
        while !statusWaiting.isEmpty, !isStopping {
            let batch = statusWaiting
            statusWaiting = []
            await statusIntake.take(batch)
        }
        statusTask = nil
    }

    /// What was not begun is not acknowledged, and the broker delivers it again. A ledger that is away is not waited
    /// for.
    private func drain() async {
        isStopping = true
        let tasks = [consentTask, statusTask].compactMap { $0 }
        let timer = loop.schedule(after: .seconds(5)) { for task in tasks { task.cancel() } }
        for task in tasks { await task.value }
        loop.cancel(timer)
        await consumer.close()
    }
}
