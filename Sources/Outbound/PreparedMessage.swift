import AMQP
import FoundationEssentials
import Messaging
import Policy
import Topics

/// A request that was read and is allowed: with its way, its text, its recipient's tokens and its events.
final class PreparedMessage {
    let received: ReceivedRequest
    let delivery: Delivery
    let route: Directory.Route
    /// Under every key, the newest first.
    let requestHashes: [[UInt8]]
    let recipient: [RecipientToken]
    private(set) var events: MessageEvents
    /// With its text as the policy has it.
    private(set) var candidate: Candidate
    /// By which it is judged and masked.
    private(set) var policy: PolicyEngine
    /// The URL for the first attempt, which is mostly the only one.
    private let firstCallback: String
    /// How many calls the provider has answered so far; these count against the limit, an outage does not.
    var answers: Int
    /// How many short waits this delivery has spent in the worker.
    var shortWaits = 0

    var key: MessageKey { received.key }
    var request: SendRequest { received.request }
    var messageClass: MessageClass { received.envelope.messageClass }

    /// Whether an operator gave it back to be judged afresh.
    var isReplay: Bool { received.envelope.isReplay }

    /// What consent is asked for: the messaging service, or the number that people see and answer.
    var program: String { route.sender.text }

    /// - Throws: ``RequestProblem`` that names the field.
    init(_ received: ReceivedRequest, delivery: Delivery, journey: MessageJourney) throws(RequestProblem) {
        let request = received.request
        let messageClass = received.envelope.messageClass
        self.received = received
        self.delivery = delivery
        answers = received.envelope.progress?.attempts ?? 0
        if let sendAt = request.sendAt, sendAt > journey.clock.now().addingTimeInterval(35 * 86_400) {
            throw RequestProblem(field: "sendAt", problem: "is more than 35 days ahead")
        }
        route = try journey.directory.route(
            app: received.key.app, messageClass: messageClass, purpose: received.purpose, request: request)
        requestHashes = journey.tokens.requestHashes(request, messageClass: messageClass, purpose: received.purpose)
        recipient = journey.tokens.tokens(for: request.to)
        policy = journey.policy
        candidate = policy.reviewed(
            Candidate(
                request: request, text: try journey.templates.text(of: request), app: received.key.app,
                messageClass: messageClass, purpose: received.purpose, isTrusted: route.isTrusted))
        let context = Self.context(received, account: route.account.alias, sender: route.senderAlias)
        var reference = journey.tokens.reference(for: request.to, known: recipient, id: request.recipient.id)
        reference.address = request.to.text
        events = MessageEvents(
            context: context, recipient: reference, body: candidate.clearText,
            segments: candidate.sentSegmentCount?.segments, encoding: candidate.sentSegmentCount?.encoding)
        // Its length is the same for every attempt, so a request whose URL would not fit is refused before it is claimed.
        firstCallback = try Self.statusCallback(context, attempt: 1, route, request)
    }

    /// Takes what becomes of the text from the policy of this moment, if it is another than before.
    func review(by policy: PolicyEngine) {
        guard policy !== self.policy else { return }
        self.policy = policy
        candidate = policy.reviewed(candidate)
        events = MessageEvents(
            context: events.context, recipient: events.recipient, body: candidate.clearText,
            segments: candidate.sentSegmentCount?.segments, encoding: candidate.sentSegmentCount?.encoding)
    }

    static func context(_ received: ReceivedRequest, account: String, sender: String?) -> MessageContext {
        var context = MessageContext(
            messageID: received.key.messageID, app: received.key.app, messageClass: received.envelope.messageClass,
            purpose: received.purpose, channel: received.request.channel, account: account, sender: sender)
        context.metadata = received.request.metadata
        context.correlationID = received.envelope.correlationID
        context.traceparent = received.envelope.traceparent
        return context
    }

    private static func statusCallback(
        _ context: MessageContext, attempt: Int, _ route: Directory.Route, _ request: SendRequest
    ) throws(RequestProblem) -> String {
        var context = context
        context.attempt = attempt
        return try route.account.statusCallback(context, request.recipient.id)
    }

    func claim(at now: Date, asking traffic: TrafficQuestion? = nil) -> MessageClaim {
        var claim = MessageClaim(
            key: key, requestHash: requestHashes[0], messageClass: messageClass, purpose: received.purpose,
            channel: request.channel, recipient: recipient, program: program, now: now)
        claim.olderHashes = Array(requestHashes.dropFirst())
        claim.traffic = traffic
        if let progress = received.envelope.progress {
            claim.firstSeen = progress.firstAt
            claim.mayHaveBeenCalled = WaitReason.followsCall(progress.reason)
        } else if delivery.isRedelivered {
            claim.firstSeen = .distantPast
        }
        return claim
    }

    /// A wish to call that no decision stands behind yet.
    func start(worker: String, at now: Date, counting traffic: TrafficQuestion) -> AttemptStart {
        var start = AttemptStart(
            key: key, attempt: 0, worker: worker, recipient: recipient, program: program, consentEpoch: -1,
            decision: [], now: now, expiresAt: request.expiresAt)
        start.traffic = traffic
        return start
    }

    func outbound(attempt: Int) -> OutboundMessage {
        var message = OutboundMessage(
            to: request.to, channel: request.channel, sender: route.sender, body: candidate.sentText)
        message.media = request.media
        message.content = candidate.sentContent
        message.isRedactedAtProvider = route.isRedactedAtProvider
        message.tags = request.tags
        message.shortenLinks = request.shortenLinks
        message.statusCallback =
            attempt == 1
            ? firstCallback : try? Self.statusCallback(events.context, attempt: attempt, route, request)
        return message
    }

    /// What is written on the request when it is republished.
    func progress(reason: String, now: Date) -> ProgressHeaders {
        ProgressHeaders(
            app: key.app, purpose: received.purpose, attempts: answers,
            firstAt: received.envelope.progress?.firstAt ?? now, reason: reason)
    }
}
