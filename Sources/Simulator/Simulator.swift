import EventLoop
import Glibc
import HTTPTransfer
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// A Twilio for the desk and for tests: the Messages API with its errors, signed callbacks, and people who answer.
///
/// - `/2010-04-01/Accounts/{Sid}/Messages.json` is the API.
/// - `/` shows a phone for each number that was written to; `POST /phones/{number}/replies` writes for its person.
/// - `/simulator/…` programs what happens and shows what was received.
///
/// Nothing is kept beyond the process, and no message leaves it.
public struct Simulator: Service {
    private let configuration: Configuration
    private let environment: SimulationEnvironment
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Prepares a simulator; nothing listens before ``run()``.
    ///
    /// - Parameters:
    ///   - environment: Time and chance; a test brings its own.
    ///   - logger: Told of webhooks that were not taken; never of addresses or texts.
    ///   - onListening: Called with the port once requests are accepted.
    /// - Throws: ``SimulatorError`` that names the setting, in live mode always.
    public init(
        configuration: Configuration, environment: SimulationEnvironment = .system, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) throws(SimulatorError) {
        try configuration.check()
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        self.onListening = onListening
    }

    /// Listens until the task is cancelled or shut down gracefully. Callbacks that are due later are then not sent.
    ///
    /// - Throws: ``SimulatorError`` when the address cannot be listened on.
    public func run() async throws {
        var options = HTTPTransferOptions()
        options.offersHTTP2 = false
        options.maximumConnections = 512
        options.maximumBodySize = 64 << 10
        if !configuration.allowsRemoteWebhooks { options.allowsAddress = { $0.isLoopback } }
        let client = try HTTPClient(loop: EventLoop(name: "simulator"), options: options)
        let parts = try Parts(
            configuration: configuration, environment: environment, transport: client, logger: logger)
        let application = Application(
            router: parts.router(), server: .http1(configuration: .init(idleTimeout: .seconds(75))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "switchboard-simulator",
                backlog: 1024, availableConnectionsDelegate: MaximumAvailableConnections(4096)),
            onServerRunning: { [onListening] channel in
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await parts.dispatcher.run() }
            group.addTask {
                do {
                    try await application.run()
                } catch let error as IOError {
                    let reason = String(cString: strerror(error.errnoCode))
                    throw SimulatorError(field: "host and port", problem: "cannot be listened on: \(reason)")
                }
            }
            // The server ends by itself on a graceful shutdown; the dispatcher when it is cancelled.
            defer { group.cancelAll() }
            try await group.next()
        }
        await client.shutdown()
    }
}

extension Simulator {
    /// The running parts, put together.
    struct Parts: Sendable {
        let exchange: Exchange
        let dispatcher: CallbackDispatcher
        private let routes: @Sendable () -> Router<SimulatorContext>

        init(
            configuration: Configuration, environment: SimulationEnvironment, transport: any WebhookTransport,
            logger: Logger
        ) throws {
            let exchange = Exchange(configuration: configuration, environment: environment)
            let caller = WebhookCaller(transport: transport, environment: environment)
            let dispatcher = CallbackDispatcher(
                exchange: exchange, caller: caller, configuration: configuration, logger: logger)
            let latency = LatencySetting(configuration.latency)
            let pages = try PhonePages(environment: environment)
            self.exchange = exchange
            self.dispatcher = dispatcher
            routes = {
                let router = Router(context: SimulatorContext.self)
                MessageRoutes(
                    exchange: exchange, dispatcher: dispatcher, configuration: configuration,
                    environment: environment, latency: latency
                ).add(to: router)
                PhoneRoutes(
                    exchange: exchange, caller: caller, configuration: configuration, pages: pages, logger: logger
                ).add(to: router)
                ControlRoutes(host: configuration.host, exchange: exchange, dispatcher: dispatcher, latency: latency)
                    .add(to: router)
                return router
            }
        }

        /// All the paths.
        func router() -> Router<SimulatorContext> { routes() }
    }
}
