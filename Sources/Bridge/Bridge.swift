public import AMQP
public import EventLoop
import FoundationEssentials
import Hummingbird
public import Journal
public import Logging
public import Messaging
public import Observability
public import Policy
public import ServiceLifecycle
import Topics
public import Twilio

/// Takes the provider's webhooks and publishes them as events, with the broker's confirm, or an fsync of its own disk,
/// before the answer.
public struct Bridge: Service {
    private let configuration: BridgeConfiguration
    private let loop: EventLoop
    private let publisher: Publisher
    private let intake: WebhookIntake
    private let spool: Journal?
    private let drain: SpoolDrain?
    private let lookUps: LookUps?
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// A bridge with a broker connection of its own.
    ///
    /// - Parameters:
    ///   - policy: what `events.clear` may have of people's texts.
    ///   - ledger: asked for conversations and for who opted out; events go out without it.
    ///   - spool: keeps webhooks while the broker is away; without it the provider is asked to come again. The bridge
    ///     closes it.
    ///   - lookUps: what asks the provider for what no webhook told; without it nobody does.
    ///   - onListening: called with the port once webhooks can be taken.
    public init(
        configuration: BridgeConfiguration, loop: EventLoop, broker: BrokerURL, connection: ConnectionOptions,
        tokens: RecipientTokenKeys, errors: ErrorTable = .shipped, keywords: KeywordTable = .shipped,
        policy: LivePolicy, ledger: (any StatusLedger)?, spool: Journal?, lookUps parts: BridgeLookUps?, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.loop = loop
        self.logger = logger
        self.onListening = onListening
        let wakes = DrainSignal()
        publisher = Publisher(
            loop: loop, url: broker, options: connection, logger: logger,
            onStateChange: { state in if state == .connected { wakes.wake() } })
        let eventPublisher = EventPublisher(
            publisher: publisher, publishesClear: configuration.publishesClearEvents)
        let delivery = EventDelivery(
            configuration: configuration, spool: spool, signal: wakes, loop: loop, logger: logger,
            publish: { event in await eventPublisher.publish(event) })
        self.spool = spool
        drain = spool.map { spool in
            SpoolDrain(
                spool: spool, delivery: delivery, loop: loop, retryInterval: configuration.spoolRetryInterval,
                logger: logger, publish: { events in await eventPublisher.publish(events) })
        }
        let alarms = (parts?.sources ?? [:]).mapValues { _ in Alarm(loop: loop) }
        let outages = Outages(
            accounts: alarms.keys.sorted(), options: parts?.options ?? LookUpOptions(), alarms: Array(alarms.values),
            startedAt: Date(), logger: logger)
        intake = WebhookIntake(
            configuration: configuration,
            events: WebhookEvents(tokens: tokens, errors: errors, keywords: keywords, policy: policy),
            delivery: delivery,
            ledger: ledger, loop: loop, inFlight: WebhooksInFlight(), outages: outages, now: { Date() },
            logger: logger)
        lookUps = parts.map { [intake] parts in
            LookUps(parts, intake: intake, alarms: alarms, loop: loop, logger: logger)
        }
    }

    /// Whether webhooks can be taken, and what waits on disk.
    public var readiness: ReadinessCheck.State {
        get async {
            intake.delivery.measure(at: Date())
            return intake.delivery.readiness(connection: await publisher.state.problem, now: Date())
        }
    }

    /// Listens and ticks until it is asked to stop; then answers what it has taken, says goodbye and closes.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await publisher.run() }
            let ticks = TickSource(configuration: configuration, intake: intake, loop: loop)
            group.addTask { await cancelWhenGracefulShutdown { await ticks.run() } }
            // Goes on while the last webhooks are answered; what is left stays on disk for the next start.
            if let drain { group.addTask { await drain.run() } }
            if let lookUps { group.addTask { await cancelWhenGracefulShutdown { await lookUps.run() } } }
            try await application().run()
            await ticks.sayGoodbye()
            await publisher.close()
            group.cancelAll()
        }
        await spool?.close()
    }

    private func application() -> some ApplicationProtocol {
        Application(
            router: webhookRouter(intake, logger: logger),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [], idleTimeout: .seconds(30))),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
    }
}
