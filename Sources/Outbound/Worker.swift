public import AMQP
public import EventLoop
public import Logging
public import Messaging
public import Policy
public import ServiceLifecycle
import Observability
import Synchronization
import Topics

/// Takes send requests from both classes' queues and sees each to its end.
///
/// A worker is one lane: one event loop with its two broker connections, its HTTP client and the tasks of the messages
/// it carries. More cores, more workers: they share nothing but the broker and the ledger.
public actor Worker: Service {
    nonisolated let loop: EventLoop
    /// The loop's.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    nonisolated let configuration: WorkerConfiguration
    nonisolated let consumer: Consumer
    nonisolated let publisher: Publisher
    nonisolated let logger: Logger
    nonisolated let unconfirmed: UnconfirmedDestinations
    nonisolated let circuits: AccountCircuits
    private nonisolated let announcements: Announcements
    private var watch: AccountWatch?
    private nonisolated let relay = StateRelay()

    /// Carries the publisher's state to the worker, which comes to be after it.
    private final class StateRelay: Sendable {
        let handler = Mutex<(@Sendable (ConnectionState) -> Void)?>(nil)
    }

    /// What waits for a slot: a delivery, or a journey that goes on after a pause.
    enum Waiting {
        case delivery(Delivery)
        case resumption(CheckedContinuation<Void, Never>)

        var isDelivery: Bool {
            if case .delivery = self { true } else { false }
        }
    }

    var slots: Slots<Waiting>
    /// How much may be taken, as the accounts were when it was last looked.
    var flow = AccountCircuits.Flow.all
    /// Whether no account can be used and what has not begun is on its way back to its queue.
    var isHandingBack = false
    private nonisolated let accounts: [String: AccountProfile]
    private let makeParts: @Sendable (@escaping WorkerParts.Pause) -> WorkerParts
    private lazy var parts = makeParts { [weak self] seconds, messageClass in
        await self?.pauseWithoutSlot(seconds: seconds, messageClass)
    }
    /// How many journeys are in a pause, without a slot.
    var paused = 0
    private var mayStart = false
    var isStopping = false
    /// Whether the time of a stop is over.
    var isOutOfTime = false
    var whenIdle: CheckedContinuation<Void, Never>?

    /// A worker on its loop, with two broker connections of its own.
    public init(
        loop: EventLoop, configuration: WorkerConfiguration, broker: BrokerURL, connection: ConnectionOptions,
        publishesClearEvents: Bool, directory: Directory, templates: TemplateCatalog, policy: LivePolicy,
        tokens: RecipientTokenKeys, ledger: any MessageLedger, logger: Logger
    ) {
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
        // Told apart in the log and in the broker's tools.
        var (consuming, publishing) = (connection, connection)
        consuming.name += " consuming"
        publishing.name += " publishing"
        consumer = Consumer(loop: loop, url: broker, options: consuming, logger: logger)
        let relay = relay
        publisher = Publisher(loop: loop, url: broker, options: publishing, logger: logger) { state in
            relay.handler.withLock { $0 }?(state)
        }
        slots = Slots(
            total: configuration.slots, reserved: configuration.reservedSlots, floor: configuration.promotionalFloor)
        let unconfirmed = UnconfirmedDestinations(logger: logger)
        self.unconfirmed = unconfirmed
        let clock = WorkerClock.system
        let outbox = BrokerOutbox(
            publisher: publisher,
            events: EventPublisher(publisher: publisher, publishesClear: publishesClearEvents),
            unconfirmed: unconfirmed, maximumHold: configuration.maximumHold, elapsed: clock.elapsed,
            sleep: { [loop] seconds in await loop.sleep(for: .seconds(seconds)) })
        let circuits = AccountCircuits(accounts: directory.accounts.keys, clock: clock)
        self.circuits = circuits
        announcements = Announcements(outbox: outbox, clock: clock) { [loop] seconds in
            await loop.sleep(for: .seconds(seconds))
        }
        accounts = directory.accounts
        makeParts = { pause in
            WorkerParts(
                configuration: configuration, directory: directory, templates: templates, policy: policy,
                tokens: tokens, ledger: ledger, outbox: outbox, clock: clock, logger: logger, circuits: circuits,
                pause: pause)
        }
    }

    /// Works until it is asked to stop; then takes nothing more, finishes what is in flight and hands the rest back.
    public func run() async throws {
        watch = watchAccounts()
        relay.handler.withLock { handler in
            handler = { [weak self] state in self?.assumeIsolated { $0.publisherChanged(state) } }
        }
        for messageClass in MessageClass.allCases {
            await consumer.subscribe(
                QueueName.send(messageClass), prefetch: prefetch(messageClass),
                onEvent: { [weak self] event in self?.assumeIsolated { $0.subscriptionChanged(event, messageClass) } }
            ) { [weak self] deliveries in
                self?.assumeIsolated { $0.take(deliveries, messageClass) }
            }
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.consumer.run() }
            group.addTask { await self.publisher.run() }
            try? await gracefulShutdown()
            await drain()
            await consumer.close()
            announcements.end()
            await publisher.close()
            group.cancelAll()
        }
    }

    private func watchAccounts() -> AccountWatch {
        AccountWatch(
            circuits: circuits, accounts: accounts, worker: configuration, clock: .system, logger: logger,
            later: { [loop] seconds, body in
                Task(executorPreference: loop.taskExecutor) {
                    if seconds > 0 { await loop.sleep(for: .seconds(seconds)) }
                    await body()
                }
            }, announce: { [announcements] in announcements.announce($0) },
            onChange: { [weak self, loop] in
                loop.execute { [weak self] in self?.assumeIsolated { $0.accountsChanged() } }
            })
    }

    /// Twice the slots keeps every slot fed; promotional gets what it can use, since all of it would be charged a
    /// delivery when the worker crashes.
    func prefetch(_ messageClass: MessageClass) -> Int {
        messageClass == .transactional ? 2 * configuration.slots : configuration.slots
    }

    private func take(_ deliveries: [Delivery], _ messageClass: MessageClass) {
        for _ in deliveries { Instruments.shared.count(.consumed, messageClass) }
        guard !isStopping else {
            for delivery in deliveries { consumer.reject(delivery.tag, requeue: true) }
            return
        }
        slots.append(contentsOf: deliveries.lazy.map(Waiting.delivery), messageClass)
        startWhatMay()
    }

    /// What waits for a slot when its channel is lost comes again, and would otherwise be worked on twice, and pile up
    /// while the connection comes and goes. A queue that was deleted gives nothing again: what came from it is kept.
    private func subscriptionChanged(_ event: SubscriptionEvent, _ messageClass: MessageClass) {
        if case .interrupted = event { _ = slots.removeWaiting(of: messageClass, where: \.isDelivery) }
    }

    /// While the publish connection is away or blocked nothing is started: what would come of it could not be told.
    private func publisherChanged(_ state: ConnectionState) {
        mayStart = state == .connected
        startWhatMay()
    }

    func startWhatMay() {
        guard mayStart, !isHandingBack else { return }
        while let (item, messageClass) = slots.next() {
            switch item {
            case .resumption(let continuation): continuation.resume()
            case .delivery(let delivery): start(delivery, messageClass)
            }
        }
    }

    private func start(_ delivery: Delivery, _ messageClass: MessageClass) {
        Task(executorPreference: loop.taskExecutor) { [parts, consumer] in
            do {
                try await MessageJourney(parts).travel(delivery, from: messageClass)
                consumer.ack(delivery.tag)
            } catch {
                consumer.reject(delivery.tag, requeue: true)
            }
            await self.finish(messageClass)
        }
    }

    private func finish(_ messageClass: MessageClass) {
        slots.finish(messageClass)
        startWhatMay()
        tellWhenIdle()
    }

    func tellWhenIdle() {
        if slots.isIdle, paused == 0 { whenIdle.take()?.resume() }
    }

    /// A waiting message holds memory, not a slot.
    private func pauseWithoutSlot(seconds: Double, _ messageClass: MessageClass) async {
        slots.finish(messageClass)
        paused += 1
        startWhatMay()
        await loop.sleep(for: .seconds(seconds))
        await withCheckedContinuation { continuation in
            paused -= 1
            slots.prepend(.resumption(continuation), messageClass)
            startWhatMay()
        }
    }
}
