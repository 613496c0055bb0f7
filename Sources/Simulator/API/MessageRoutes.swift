import HTTPTypes
import Hummingbird
import Messaging
import NIOCore
import Synchronization
import Twilio

/// `/2010-04-01/Accounts/{Sid}/Messages…`: the API as Twilio's clients know it.
struct MessageRoutes: Sendable {
    let exchange: Exchange
    let dispatcher: CallbackDispatcher
    let configuration: Simulator.Configuration
    let environment: SimulationEnvironment
    let latency: LatencySetting

    func add(to router: Router<SimulatorContext>) {
        router.add(middleware: APIAnswers(environment: environment))
        let account = router.group("2010-04-01/Accounts/:account")
        account.post("Messages.json") { try await create($0, $1) }
        account.get("Messages.json") { try await list($0, $1) }
        account.get("Messages/:message") { try await fetch($0, $1) }
        account.post("Messages/:message") { try await update($0, $1) }
        account.delete("Messages/:message") { try await delete($0, $1) }
    }

    private func create(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let account = try authenticate(request, context)
        var request = request
        let form = try await readForm(&request)
        try await environment.sleep(latency.pick(environment))
        let message = try MessageRequest(form, senders: configuration.senders, now: environment.now())
        let (outcome, resource) = try await exchange.offer(message, account: account)
        if outcome.answer == .createdAfterCallback, let resource {
            await dispatcher.startWithFirstStep(resource)
        } else if let resource {
            dispatcher.start(resource)
        }
        switch outcome.answer {
        case .serverError: throw APIError.internalError
        case .silence: await LostAnswer.silence(request, context, sleep: environment.sleep)
        case .reset: await LostAnswer.reset(context)
        case .createdLate(let delay): try await environment.sleep(delay)
        case .created, .createdAfterCallback, .rateLimitedOnce, .refused, .rateLimited: break
        }
        // Where the connection was cut, nobody reads this.
        guard let resource else { throw APIError.internalError }
        return Response(.created, json: resource.json)
    }

    private func list(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let account = try authenticate(request, context)
        try await environment.sleep(latency.pick(environment))
        guard let fields = try? FormFields(query: request.uri.query ?? "") else {
            throw APIError(20422, "The query is not percent-encoded UTF-8")
        }
        let page = await exchange.list(try MessageListQuery(fields), account: account.sid)
        return Response(.ok, json: page.json)
    }

    private func fetch(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let account = try authenticate(request, context)
        try await environment.sleep(latency.pick(environment))
        let message = try await exchange.message(sid(request, context), account: account.sid)
        return Response(.ok, json: message.json)
    }

    /// Cancels or redacts, never both at once.
    private func update(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let account = try authenticate(request, context)
        var request = request
        let form = try await readForm(&request)
        try await environment.sleep(latency.pick(environment))
        let sid = try sid(request, context)
        switch (form["Status"], form["Body"]) {
        case ("canceled", nil):
            let message = try await exchange.cancel(sid, account: account.sid)
            dispatcher.reportCancellation(of: message)
            return Response(.ok, json: message.json)
        case (nil, ""): return Response(.ok, json: try await exchange.redact(sid, account: account.sid).json)
        default:
            throw APIError(30400, "Parameters are not valid: either Status is canceled or Body is empty")
        }
    }

    private func delete(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let account = try authenticate(request, context)
        try await environment.sleep(latency.pick(environment))
        try await exchange.delete(sid(request, context), account: account.sid)
        return Response(status: .noContent)
    }

    /// The account of the path, if the caller may act for it.
    private func authenticate(_ request: Request, _ context: SimulatorContext) throws -> Simulator.Account {
        guard let credentials = BasicCredentials(request.headers[.authorization]),
            let account = configuration.accounts.first(where: { $0.accepts(credentials) })
        else { throw APIError.unauthorized }
        guard context.parameters.get("account") == account.sid else { throw APIError.notFound(request.uri.path) }
        return account
    }

    private func readForm(_ request: inout Request) async throws -> FormFields {
        let body: ByteBuffer
        do {
            body = try await request.collectBody(upTo: FormFields.maximumBytes)
        } catch {
            throw APIError(20422, "The form has more than \(FormFields.maximumBytes) bytes", status: 413)
        }
        guard WebhookSignature.isForm(request.headers[.contentType]) else { return FormFields([]) }
        do {
            return try FormFields(parsing: Array(body.readableBytesView))
        } catch {
            throw APIError(20422, "The form is not valid: \(error)")
        }
    }

    /// The message's SID from the end of the path, without `.json`.
    private func sid(_ request: Request, _ context: SimulatorContext) throws -> String {
        guard let name = context.parameters.get("message"), name.hasSuffix(".json") else {
            throw APIError.notFound(request.uri.path)
        }
        return String(name.dropLast(5))
    }
}
