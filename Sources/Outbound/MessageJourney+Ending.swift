import AMQP
import FoundationEssentials
import Logging
import Messaging
import Policy
import Topics
import Observability

/// How a message ends without a call.
extension MessageJourney {
    func publish(_ event: Event) async throws(HeldTooLong) {
        try await outbox.publish(event, heldSince: heldSince)
    }

    func publish(_ events: [Event]) async throws(HeldTooLong) {
        for event in events { try await publish(event) }
    }

    /// The policy says no.
    func end(_ message: PreparedMessage, _ decision: Decision) async throws {
        let status: MessageStatus = decision.outcome == .drop ? .dropped : .blocked
        let record = decision.json
        try await ledger.close(message.key, as: status, decision: record, now: clock.now())
        try await publish(
            message.events.status(status, attempt: 0, at: clock.now()) { event in event.decision = record })
        Instruments.shared.count(status == .dropped ? .dropped : .blocked, message.messageClass)
    }

    /// The id was used before for another request: the first one stands, this one changes nothing.
    ///
    /// What the worker may have taken on before is kept all the same: a key of recipient tokens that was dropped too early
    /// makes a message look like another one than it was.
    func refuseConflict(_ message: PreparedMessage) async throws(HeldTooLong) {
        try await publish(message.events.conflict(requestHash: message.requestHashes[0], at: clock.now()))
        guard message.isReplay || message.received.envelope.progress != nil || message.delivery.isRedelivered else {
            return
        }
        try await bury(message, reason: "conflict")
    }

    /// The request cannot be read or is not allowed: told to the subscribers with the field, and kept.
    ///
    /// - Parameter reason: what it is kept for; nil stands for the field.
    func reject(
        _ delivery: Delivery, envelope: Envelope, request: SendRequest?, problem: RequestProblem,
        reason: String? = nil
    ) async throws(HeldTooLong) {
        var context = MessageContext(
            messageID: envelope.messageID, app: envelope.app, messageClass: envelope.messageClass,
            purpose: envelope.purpose, channel: request?.channel, account: "none")
        context.metadata = request?.metadata ?? [:]
        context.correlationID = envelope.correlationID
        context.traceparent = envelope.traceparent
        let recipient = request.map { tokens.reference(for: $0.to, id: $0.recipient.id) }
        let events = MessageEvents(
            context: context, recipient: recipient, body: nil, segments: nil, encoding: nil)
        // An id may be missing, or used by a request that can be read: the content tells the happenings apart.
        let step = tokens.digest(of: Array(delivery.routingKey.utf8) + [0] + delivery.message.body)
        // The name of a field that does not exist is the app's own text.
        let field = redactedForLog(problem.field)
        try await publish(
            events.status(.rejected, attempt: 0, at: clock.now(), step: step) { event in
                event.reason = Event.Reason(field: field, problem: problem.problem)
            })
        try await bury(delivery, envelope: envelope, reason: reason ?? "rejected:\(field)")
        Instruments.shared.count(.rejected, envelope.messageClass)
    }

    /// A copy that CC or BCC made: kept and counted, but no message of anybody's, so no event.
    func discardCopy(_ delivery: Delivery, queueClass: MessageClass, reason: String) async throws(HeldTooLong) {
        logger.warning("A copied message was put aside", metadata: ["reason": "\(reason)"])
        let progress = ProgressHeaders(
            app: "none", purpose: "none", attempts: 0, firstAt: clock.now(), reason: DeadLetter.copy)
        let origin = RequestOrigin(exchange: delivery.exchange, routingKey: delivery.routingKey)
        try await bury(delivery, progress, from: origin, queueClass)
        Instruments.shared.countCopy(queueClass)
    }

    /// Keeps what could not be sent, for an operator to correct and replay.
    func bury(_ message: PreparedMessage, reason: String) async throws(HeldTooLong) {
        try await bury(
            message.delivery, message.progress(reason: reason, now: clock.now()),
            from: message.received.envelope.origin, message.messageClass)
    }

    private func bury(_ delivery: Delivery, envelope: Envelope, reason: String) async throws(HeldTooLong) {
        let progress = ProgressHeaders(
            app: envelope.app ?? "none", purpose: envelope.purpose ?? "none",
            attempts: envelope.progress?.attempts ?? 0, firstAt: envelope.progress?.firstAt ?? clock.now(),
            reason: reason)
        try await bury(delivery, progress, from: envelope.origin, envelope.messageClass)
    }

    private func bury(
        _ delivery: Delivery, _ progress: ProgressHeaders, from origin: RequestOrigin, _ queueClass: MessageClass
    ) async throws(HeldTooLong) {
        let properties = progress.properties(
            burying: delivery.message.properties, from: origin, at: clock.now())
        try await outbox.publish(
            Message(properties: properties, body: delivery.message.body), to: Exchange.dead,
            routingKey: queueClass.rawValue, heldSince: heldSince)
    }

    func metadata(_ settlement: Settlement) -> Logger.Metadata {
        [
            "message.app": "\(settlement.key.app)", "message.id": "\(settlement.key.messageID)",
            "message.attempt": "\(settlement.attempt)",
        ]
    }
}
