public import AMQP
public import EventLoop
public import Logging
public import Messaging
public import Policy
public import ServiceLifecycle
import Synchronization
import Topics
import Observability

/// Takes send requests from both classes' queues and sees each to its end.
///
/// A worker is one lane: one event loop with its two broker connections, its HTTP client and the tasks of the messages
/// it carries. More cores, more workers: they share nothing but the broker and the ledger.
public actor Worker: Service {
    private nonisolated let loop: EventLoop
    /// The loop's.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    private nonisolated let configuration: WorkerConfiguration
    private nonisolated let consumer: Consumer
    private nonisolated let publisher: Publisher
    private nonisolated let logger: Logger
    private nonisolated let relay = StateRelay()

    /// Carries the publisher's state to the worker, which comes to be after it.
    private final class StateRelay: Sendable {
        let handler = Mutex<(@Sendable (ConnectionState) -> Void)?>(nil)
    }

    /// What waits for a slot: a delivery, or a journey that goes on after a pause.
    private enum Waiting {
        case delivery(Delivery)
        case resumption(CheckedContinuation<Void, Never>)

        var isDelivery: Bool {
            if case .delivery = self { true } else { false }
        }
    }

    private var slots: Slots<Waiting>
    private let makeParts: @Sendable (@escaping WorkerParts.Pause) -> WorkerParts
    private lazy var parts = makeParts { [weak self] seconds, messageClass in
        await self?.pauseWithoutSlot(seconds: seconds, messageClass)
    }
    /// How many journeys are in a pause, without a slot.
    private var paused = 0
    private var mayStart = false
    private var isStopping = false
    private var whenIdle: CheckedContinuation<Void, Never>?

    /// A worker on its loop, with two broker connections of its own.
    public init(
        loop: EventLoop, configuration: WorkerConfiguration, broker: BrokerURL, connection: ConnectionOptions,
        publishesClearEvents: Bool, directory: Directory, templates: TemplateCatalog, policy: LivePolicy,
        tokens: RecipientTokenKeys, ledger: any MessageLedger, logger: Logger
    ) {
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
        consumer = Consumer(loop: loop, url: broker, options: connection, logger: logger)
        let relay = relay
        publisher = Publisher(loop: loop, url: broker, options: connection, logger: logger) { state in
            relay.handler.withLock { $0 }?(state)
        }
        slots = Slots(
            total: configuration.slots, reserved: configuration.reservedSlots, floor: configuration.promotionalFloor)
        let clock = WorkerClock.system
        let outbox = BrokerOutbox(
            publisher: publisher,
            events: EventPublisher(publisher: publisher, publishesClear: publishesClearEvents), logger: logger,
            maximumHold: configuration.maximumHold, elapsed: clock.elapsed,
            sleep: { [loop] seconds in await loop.sleep(for: .seconds(seconds)) })
        makeParts = { pause in
            WorkerParts(
                configuration: configuration, directory: directory, templates: templates, policy: policy,
                tokens: tokens, ledger: ledger, outbox: outbox, clock: clock, logger: logger, pause: pause)
        }
    }

    /// Whether messages are being taken and what comes of them can be told.
    public var isReady: Bool {
        get async {
            let isConsuming = await consumer.state == .connected
            return isConsuming && mayStart && !isStopping
        }
    }

    /// Works until it is asked to stop; then takes nothing more, finishes what is in flight and hands the rest back.
    public func run() async throws {
        relay.handler.withLock { handler in
            handler = { [weak self] state in self?.assumeIsolated { $0.publisherChanged(state) } }
        }
        for messageClass in MessageClass.allCases {
            await consumer.subscribe(QueueName.send(messageClass), prefetch: prefetch(messageClass)) {
                [weak self] deliveries in
                self?.assumeIsolated { $0.take(deliveries, messageClass) }
            }
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.consumer.run() }
            group.addTask { await self.publisher.run() }
            try? await gracefulShutdown()
            await drain()
            await consumer.close()
            await publisher.close()
            group.cancelAll()
        }
    }

    /// Twice the slots keeps every slot fed; promotional gets what it can use, since all of it would be charged a
    /// delivery when the worker crashes.
    private func prefetch(_ messageClass: MessageClass) -> Int {
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

    /// While the publish connection is away or blocked nothing is started: what would come of it could not be told.
    private func publisherChanged(_ state: ConnectionState) {
        mayStart = state == .connected
        startWhatMay()
    }

    private func startWhatMay() {
        guard mayStart else { return }
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

    private func tellWhenIdle() {
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

    private func drain() async {
        isStopping = true
        logger.notice("Stopping: what has begun is finished, nothing new is taken")
        for messageClass in MessageClass.allCases { await consumer.pause(QueueName.send(messageClass)) }
        for item in slots.removeWaiting(where: \.isDelivery) {
            if case .delivery(let delivery) = item { consumer.reject(delivery.tag, requeue: true) }
        }
        await withCheckedContinuation { continuation in
            whenIdle = continuation
            tellWhenIdle()
            loop.schedule(after: .seconds(configuration.drainTimeout)) { [weak self] in
                self?.assumeIsolated { $0.whenIdle.take()?.resume() }
            }
        }
        if slots.isIdle, paused == 0 {
            logger.notice("Stopped: all that had begun is finished")
        } else {
            logger.warning("Stopped before all was finished: the broker will deliver the rest again")
        }
    }
}
