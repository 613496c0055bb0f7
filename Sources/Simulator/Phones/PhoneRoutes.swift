import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import Messaging
import NIOCore
import Twilio

/// `/` and `/phones/…`: the people's phones, to read and to reply.
struct PhoneRoutes: Sendable {
    let exchange: Exchange
    let caller: WebhookCaller
    let configuration: Simulator.Configuration
    let pages: PhonePages
    let logger: Logger

    func add(to router: Router<SimulatorContext>) {
        let people = router.group().addMiddleware { SameOriginOnly(host: configuration.host) }
        people.get("/") { try await showAll($0, $1) }
        people.get("phones/:number") { try await showOne($0, $1) }
        people.post("phones/:number/replies") { try await reply($0, $1) }
    }

    private func showAll(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let query = (try? FormFields(query: request.uri.query ?? "")) ?? FormFields([])
        let text = String((query["q"] ?? "").prefix(40))
        let number = min(max(Int(query["page"] ?? "") ?? 0, 0), 100_000)
        return try await pages.answer(request, revision: exchange.revision) {
            let (all, some) = await exchange.phones(
                matching: text, skipping: number * PageView.phonesPerPage, limit: PageView.phonesPerPage,
                messages: PageView.messagesInOverview)
            return PageView(overview: some, all: all, page: number, searching: text)
        }
    }

    private func showOne(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let person = try person(context)
        return try await pages.answer(request, revision: exchange.revision) {
            PageView(single: await exchange.phone(person, messages: PageView.messagesOfOne))
        }
    }

    /// Takes a person's message and tells the application. A browser is sent back to the page; a program is told what
    /// the webhook answered, with 502 where that was no success.
    private func reply(_ request: Request, _ context: SimulatorContext) async throws -> Response {
        let person = try person(context)
        var request = request
        let form = try await readForm(&request)
        guard let body = form.fields.first(where: { $0.name == "Body" && !$0.value.isEmpty })?.value,
            body.unicodeScalars.count <= MessageRequest.maximumBodyLength
        else { throw HTTPError(.badRequest, message: "Body is missing or has more than 1600 characters") }
        let sender = form["To"].flatMap { $0.isEmpty ? nil : $0 }
        if let sender, sender.utf8.count > 64 { throw HTTPError(.badRequest, message: "To has more than 64 bytes") }
        let message: SimulatedMessage
        do {
            message = try await exchange.receive(body, from: person, to: sender)
        } catch {
            throw HTTPError(.badRequest, message: error.text)
        }
        let answer = await tell(message)
        if request.headers[.accept]?.contains("text/html") == true {
            return Response(status: .seeOther, headers: [.location: "/phones/\(percentEncoded(person))"])
        }
        let status: HTTPResponse.Status = answer.map(\.isSuccess) ?? true ? .created : .badGateway
        return Response(status, json: replyJSON(message, answer: answer))
    }

    /// POSTs the inbound webhook; nil when there is none to tell.
    private func tell(_ message: SimulatedMessage) async -> WebhookAnswer? {
        guard let url = configuration.inboundURL.flatMap({ WebhookURL($0) }),
            let token = configuration.account(message.accountSID)?.authTokens.first
        else { return nil }
        let delivery = await caller.call(url, fields: inboundFields(message), authToken: token)
        await exchange.note(
            SimulatedMessage.Report(
                status: .received, at: message.createdAt, attempts: delivery.attempts,
                answer: delivery.answer.summary, isSuccess: delivery.answer.isSuccess),
            of: message.sid)
        if !delivery.answer.isSuccess {
            logger.notice(
                "Inbound webhook not taken",
                metadata: [
                    "message.sid": "\(message.sid)", "callback.attempts": "\(delivery.attempts)",
                    "callback.answer": "\(delivery.answer.summary)",
                ])
        }
        return delivery.answer
    }

    private func replyJSON(_ message: SimulatedMessage, answer: WebhookAnswer?) -> [UInt8] {
        var json = JSONText(reservingCapacity: 512)
        json.object { json in
            json.value("sid", message.sid)
            json.value("from", message.from)
            json.value("to", message.to)
            json.value("body", message.body)
            guard let answer else { return }
            json.object("webhook") { json in
                json.value("answer", answer.summary)
                guard case .answered(let status, let body) = answer else { return }
                json.value("status", status)
                json.value("body", String(decoding: body.prefix(4096), as: UTF8.self))
            }
        }
        return json.bytes
    }

    /// The address in the path: a number in E.164, or one on a channel.
    private func person(_ context: SimulatorContext) throws -> String {
        guard let text = context.parameters.get("number").flatMap(percentDecoded), let address = try? Address(text),
            MessageRequest.isReachable(address)
        else { throw HTTPError(.notFound, message: "the path holds no phone number, such as /phones/%2B15558675310") }
        return text
    }

    private func readForm(_ request: inout Request) async throws -> FormFields {
        guard WebhookSignature.isForm(request.headers[.contentType]) else {
            throw HTTPError(.unsupportedMediaType, message: "a reply is an application/x-www-form-urlencoded form")
        }
        let body: ByteBuffer
        do {
            body = try await request.collectBody(upTo: FormFields.maximumBytes)
        } catch {
            throw HTTPError(.contentTooLarge, message: "a reply has at most \(FormFields.maximumBytes) bytes")
        }
        do {
            return try FormFields(parsing: Array(body.readableBytesView))
        } catch {
            throw HTTPError(.badRequest, message: "the form is not valid: \(error)")
        }
    }
}
