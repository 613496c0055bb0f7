import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Tells operators whether the process lives and can work, and how it does: `/health/live`, `/health/ready`, `/metrics`.
///
/// Beyond loopback everything but health asks for a bearer token. Nothing that it says is personal.
public struct AdminServer: Service {
    private let listener: AdminListener
    private let metrics: MetricRegistry
    private let checks: [ReadinessCheck]
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - checks: the parts that must work for the process to be ready.
    ///   - onListening: called once with the port.
    public init(
        listener: AdminListener, metrics: MetricRegistry, checks: [ReadinessCheck], logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.listener = listener
        self.metrics = metrics
        self.checks = checks
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until it is asked to stop.
    ///
    /// - Throws: when the address cannot be listened on.
    public func run() async throws {
        try await application.run()
    }

    private var application: some ApplicationProtocol {
        Application(
            router: router,
            // Whoever holds a connection open without asking anything loses it; probes and scrapers ask little.
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(30),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 50))),
            configuration: .init(address: .hostname(listener.host, port: listener.port)),
            onServerRunning: { channel in
                logger.info(
                    "The admin server listens",
                    metadata: ["admin.host": "\(listener.host)", "admin.port": "\(channel.localAddress?.port ?? 0)"])
                await onListening(channel.localAddress?.port ?? 0)
            }, logger: logger)
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        if let token = listener.token { router.add(middleware: BearerTokenMiddleware(token: token)) }
        router.get("health/live") { _, _ in Self.answer(.ok, #"{"live":true}"#, type: "application/json") }
        router.get("health/ready") { _, _ in
            let report = await ReadinessReport(checks)
            return Self.answer(report.isReady ? .ok : .serviceUnavailable, report.json, type: "application/json")
        }
        router.get("metrics") { _, _ in
            Self.answer(.ok, metrics.prometheusText, type: MetricRegistry.contentType)
        }
        return router
    }

    private static func answer(_ status: HTTPResponse.Status, _ text: String, type: String) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
