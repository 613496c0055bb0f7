public import AMQP
public import EventLoop
import FoundationEssentials
import Hummingbird
public import Logging
public import Messaging
public import Policy
public import ServiceLifecycle
import Topics
public import Twilio

/// Takes the provider's webhooks and publishes them as events, with the broker's confirm before the answer.
public struct Bridge: Service {
    private let configuration: BridgeConfiguration
    private let loop: EventLoop
    private let publisher: Publisher
    private let intake: WebhookIntake
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// A bridge with a broker connection of its own.
    ///
    /// - Parameters:
    ///   - ledger: asked for conversations and for who opted out; events go out without it.
    ///   - onListening: called with the port once webhooks can be taken.
    public init(
        configuration: BridgeConfiguration, loop: EventLoop, broker: BrokerURL, connection: ConnectionOptions,
        tokens: RecipientTokenKeys, errors: ErrorTable = .shipped, keywords: KeywordTable = .shipped,
        ledger: (any StatusLedger)?, logger: Logger, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.loop = loop
        self.logger = logger
        self.onListening = onListening
        publisher = Publisher(loop: loop, url: broker, options: connection, logger: logger)
        let eventPublisher = EventPublisher(
            publisher: publisher, publishesClear: configuration.publishesClearEvents)
        intake = WebhookIntake(
            configuration: configuration,
            events: WebhookEvents(tokens: tokens, errors: errors, keywords: keywords),
            publish: { event in await eventPublisher.publish(event) }, ledger: ledger, loop: loop,
            inFlight: WebhooksInFlight(), now: { Date() }, logger: logger)
    }

    /// Whether webhooks can be published.
    public var isReady: Bool { get async { await publisher.state == .connected } }

    /// Listens and ticks until it is asked to stop; then answers what it has taken, says goodbye and closes.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await publisher.run() }
            let ticks = TickSource(configuration: configuration, intake: intake, loop: loop)
            group.addTask { await cancelWhenGracefulShutdown { await ticks.run() } }
            try await application().run()
            await ticks.sayGoodbye()
            await publisher.close()
            group.cancelAll()
        }
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
