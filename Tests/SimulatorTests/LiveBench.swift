import EventLoop
import FoundationEssentials
import HTTPTransfer
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Twilio

@testable import Simulator

/// A webhook that an application's server received.
struct ReceivedWebhook: Sendable {
    let path: String
    let signature: String?
    let token: String?
    let authorization: String?
    let form: FormFields
}

/// The application's side: an HTTP server on loopback that keeps what it gets and answers as it was told to.
final class ScriptedApplication: Sendable {
    private let statuses: Mutex<[HTTPResponse.Status]>
    private let received: AsyncStream<ReceivedWebhook>.Continuation
    let webhooks: AsyncStream<ReceivedWebhook>

    /// Answers these in order, then 204.
    init(_ statuses: [HTTPResponse.Status] = []) {
        self.statuses = Mutex(statuses)
        (webhooks, received) = AsyncStream.makeStream()
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("**") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            self.received.yield(
                ReceivedWebhook(
                    path: request.uri.string,
                    signature: HTTPField.Name("X-Twilio-Signature").flatMap { request.headers[$0] },
                    token: HTTPField.Name("I-Twilio-Idempotency-Token").flatMap { request.headers[$0] },
                    authorization: request.headers[.authorization],
                    form: try FormFields(parsing: Array(body.readableBytesView))))
            return Response(status: self.statuses.withLock { $0.isEmpty ? .noContent : $0.removeFirst() })
        }
        return router
    }

    /// The next webhooks, in the order of arrival.
    func next(_ count: Int) async -> [ReceivedWebhook] {
        var found: [ReceivedWebhook] = []
        for await webhook in webhooks {
            found.append(webhook)
            if found.count == count { break }
        }
        return found
    }
}

/// A simulator and an application on loopback ports that the system chose, and a client of the simulator.
struct LiveBench: Sendable {
    let client: HTTPClient
    let simulator: String
    let application: String
    let webhooks: ScriptedApplication
    private let group: ServiceGroup

    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    static func run(
        webhooks: ScriptedApplication = ScriptedApplication(), inbound: String? = nil,
        _ body: @Sendable (LiveBench) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: webhooks.router(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
        try await serving(application) { _ in
            var configuration = Simulator.Configuration(accounts: [
                Simulator.Account(sid: accountSID, authTokens: [authToken])
            ])
            configuration.port = 0
            configuration.latency = .zero ... .zero
            configuration.callbackDelays = .none
            var waiting = ports.makeAsyncIterator()
            let applicationURL = "http://127.0.0.1:\(await waiting.next() ?? 0)"
            configuration.inboundURL = inbound ?? applicationURL + "/twilio/inbound"
            let simulator = try Simulator(configuration: configuration, logger: logger) { port.yield($0) }
            let simulatorPorts = ports
            try await serving(simulator) { group in
                var waiting = simulatorPorts.makeAsyncIterator()
                let client = try HTTPClient(loop: EventLoop(name: "test"))
                try await body(
                    LiveBench(
                        client: client, simulator: "http://127.0.0.1:\(await waiting.next() ?? 0)",
                        application: applicationURL, webhooks: webhooks, group: group))
                await client.shutdown()
            }
        }
    }

    /// Runs a service as a program does, and shuts it down gracefully.
    private static func serving(
        _ service: any Service, _ body: @Sendable (ServiceGroup) async throws -> Void
    ) async throws {
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(group)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Asks the simulator to stop, without waiting for it.
    func stop() async { await group.triggerGracefulShutdown() }

    func send(_ parameters: (String, String)...) async throws(HTTPTransferError) -> HTTPTransfer.HTTPResponse {
        let form = parameters + [("To", to), ("From", from), ("Body", "Hello")]
        return try await client.send(
            HTTPTransfer.HTTPRequest(
                method: .post, url: simulator + messagesURI,
                headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: formBody(form.map { FormFields.Field($0, $1) }), credentials: (accountSID, authToken)))
    }

    func reply(_ body: String) async throws -> HTTPTransfer.HTTPResponse {
        try await client.send(
            HTTPTransfer.HTTPRequest(
                method: .post, url: simulator + "/phones/%2B15558675310/replies",
                headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: formBody([FormFields.Field("Body", body)])))
    }
}
