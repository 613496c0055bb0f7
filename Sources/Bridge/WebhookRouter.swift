import HTTPTypes
import Hummingbird
import Logging
import Messaging
import Observability

/// The routes of the contract, section 5.
func webhookRouter(_ intake: WebhookIntake, logger: Logger) -> Router<BasicRequestContext> {
    let router = Router()
    let names = ["status", "inbound"]
    for name in names {
        router.post("/twilio/\(name)") { request, _ in
            await answer(request, path: "/twilio/\(name)", route: name, intake: intake, logger: logger)
        }
    }
    router.post("/twilio/callbacks/:name") { request, context in
        let name = context.parameters.get("name") ?? ""
        guard isRoutingWord(name) else { return Response(status: .notFound) }
        return await answer(
            request, path: WebhookPath.callbacks + name, route: "callbacks", intake: intake, logger: logger)
    }
    return router
}

private func answer(
    _ request: Request, path: String, route: String, intake: WebhookIntake, logger: Logger
) async -> Response {
    let body: [UInt8]
    do {
        body = try await Array(buffer: request.body.collect(upTo: WebhookIntake.maximumBody))
    } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
        let refusal = WebhookRefusal(status: 413, reason: "the body has more than 65536 bytes")
        return respond(intake.refuse(path, refusal), route, logger)
    } catch {
        let refusal = WebhookRefusal(status: 400, reason: "the body ended early")
        return respond(intake.refuse(path, refusal), route, logger)
    }
    let webhook = WebhookRequest(
        path: path, query: request.uri.query, contentType: request.headers[.contentType],
        signature: request.headers[.twilioSignature], body: body)
    return respond(await intake.take(webhook), route, logger)
}

private func respond(_ answer: WebhookAnswer, _ route: String, _ logger: Logger) -> Response {
    switch answer {
    case .taken:
        Instruments.shared.countWebhook(path: "/twilio/\(route)", status: 204)
        return Response(status: .noContent)
    case .takenWithTwiML:
        Instruments.shared.countWebhook(path: "/twilio/\(route)", status: 200)
        return Response(
            status: .ok, headers: [.contentType: "text/xml"], body: .init(byteBuffer: ByteBuffer(string: "<Response/>"))
        )
    case .refused(let refusal):
        Instruments.shared.countWebhook(path: "/twilio/\(route)", status: refusal.status)
        logger.warning(
            "A webhook was not taken",
            metadata: [
                "webhook.route": "\(route)", "http.status": "\(refusal.status)", "reason": "\(refusal.reason)",
            ])
        return Response(
            status: .init(code: refusal.status), headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: refusal.reason + "\n")))
    }
}

extension HTTPField.Name {
    fileprivate static var twilioSignature: HTTPField.Name {
        HTTPField.Name("X-Twilio-Signature") ?? .authorization
    }
}
