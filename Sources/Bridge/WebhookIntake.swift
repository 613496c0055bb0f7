import EventLoop
import FoundationEssentials
import Logging
import Messaging
import Policy
import Twilio

/// How the bridge answers.
enum WebhookAnswer: Sendable, Equatable {
    /// 204.
    case taken
    /// 200 with an empty TwiML answer.
    case takenWithTwiML
    case refused(WebhookRefusal)
}

/// The way of a webhook: size ▸ signature ▸ event ▸ the broker's confirm, or the disk ▸ 2xx.
struct WebhookIntake: Sendable {
    /// The largest body that is read, in bytes.
    static let maximumBody = 65_536

    let configuration: BridgeConfiguration
    let events: WebhookEvents
    let delivery: EventDelivery
    let ledger: (any StatusLedger)?
    let loop: EventLoop
    let inFlight: WebhooksInFlight
    let outages: Outages
    let now: @Sendable () -> Date
    let logger: Logger

    func take(_ request: WebhookRequest) async -> WebhookAnswer {
        let receipt = inFlight.begin(at: now())
        defer { inFlight.end(receipt) }
        do throws(WebhookRefusal) {
            try checkContentType(request)
            let webhook = try VerifiedWebhook(request, configuration: configuration)
            let made = try await makeEvents(request, webhook, at: receipt.time)
            if case .refused(let reason) = await delivery.deliver(made, receivedAt: receipt.time) {
                throw WebhookRefusal(status: 503, reason: reason)
            }
            return request.path == WebhookPath.inbound ? .takenWithTwiML : .taken
        } catch {
            if request.path == WebhookPath.inbound { noteRefusal(error, at: receipt.time) }
            return .refused(error)
        }
    }

    /// What could not be read to its end.
    func refuse(_ path: String, _ refusal: WebhookRefusal) -> WebhookAnswer {
        if path == WebhookPath.inbound { noteRefusal(refusal, at: now()) }
        return .refused(refusal)
    }

    /// The provider comes again at most a few times, so its list must tell what was refused. What has no signature of the
    /// provider's may be anybody's.
    private func noteRefusal(_ refusal: WebhookRefusal, at time: Date) {
        if refusal.status == 503 { outages.began(at: time) } else { outages.refused(at: time) }
    }

    /// Publishes events that no webhook brought, on the same way; ticks wait for them as well.
    ///
    /// - Throws: ``NotDelivered`` when neither the broker nor the disk took them in time.
    func publish(_ made: [Event]) async throws(NotDelivered) {
        guard !made.isEmpty else { return }
        let receipt = inFlight.begin(at: now())
        defer { inFlight.end(receipt) }
        if case .refused(let reason) = await delivery.deliver(made, receivedAt: receipt.time) {
            throw NotDelivered(description: reason)
        }
    }

    private func checkContentType(_ request: WebhookRequest) throws(WebhookRefusal) {
        if WebhookSignature.isForm(request.contentType) { return }
        let type = request.contentType?.prefix { $0 != ";" && $0 != " " }.lowercased()
        let takesJSON = request.path.hasPrefix(WebhookPath.callbacks)
        guard takesJSON, type == "application/json" || type == "application/cloudevents+json" else {
            throw WebhookRefusal(status: 415, reason: "this path does not take the content type")
        }
    }

    private func makeEvents(
        _ request: WebhookRequest, _ webhook: VerifiedWebhook, at time: Date
    ) async throws(WebhookRefusal) -> [Event] {
        do {
            switch request.path {
            case WebhookPath.status:
                let callback = try StatusCallback(webhook.form)
                let origin = try StatusCallbackURL.origin(webhook.query, account: webhook.account.alias)
                return events.status(callback, origin: origin, account: webhook.account.alias, at: time)
            case WebhookPath.inbound:
                let message = try InboundMessage(webhook.form)
                return await inbound(message, account: webhook.account.alias, wish: events.wish(message), at: time)
            default:
                let name = String(request.path.dropFirst(WebhookPath.callbacks.count))
                return [
                    events.callback(
                        name: name, webhook, body: request.body, digest: digest(request), at: time)
                ]
            }
        } catch {
            throw WebhookRefusal(status: 400, reason: "\(error)")
        }
    }

    /// A message from a person, with what the ledger knows of the conversation if it answers in time.
    ///
    /// A YES counts from somebody who opted out, and never lifts the network's block of a toll-free number.
    func inbound(
        _ inbound: InboundMessage, account: String, wish: WebhookEvents.Wish?, at time: Date
    ) async -> [Event] {
        guard let ledger, let address = try? Address(inbound.from) else {
            return events.inbound(
                inbound, account: account, wish: wish?.unconditional, conversation: nil, at: time)
        }
        let recipient = events.tokens.tokens(for: address)
        let program = events.program(inbound)
        async let conversation = ask {
            // A number of a messaging service may have been sent from directly.
            if let found = try await ledger.conversation(recipient: recipient, program: program) { return found }
            let number = events.bareNumber(inbound.to)
            guard number != program else { return nil }
            return try await ledger.conversation(recipient: recipient, program: number)
        }
        var granted = wish
        if case .grantIfAsked = wish {
            let facts = await ask { try await ledger.facts(recipient: recipient, program: program) }
            if facts?.consent != .revoked || isTollFree(inbound.to) { granted = nil }
        }
        return events.inbound(
            inbound, account: account, wish: granted, conversation: await conversation, at: time)
    }

    /// The ledger's answer; nil when it has none, or none in time.
    private func ask<Answer: Sendable>(_ question: @escaping @Sendable () async throws -> Answer?) async -> Answer? {
        await within(seconds: configuration.ledgerTimeout, on: loop, otherwise: nil) { try? await question() }
    }

    /// Up to when everything that was received is on the broker, or was answered so that it comes again.
    ///
    /// What is in flight is asked for first: what goes to disk meanwhile stands there before it is no longer in flight.
    func settled(before now: Date) -> Date {
        let settled = inFlight.settled(before: now)
        return min(settled, delivery.oldestSpooled ?? settled)
    }

    private func digest(_ request: WebhookRequest) -> String {
        let head = Array(request.path.utf8) + [0] + Array((request.query ?? "").utf8) + [0]
        return events.tokens.digest(of: head + request.body)
    }
}
