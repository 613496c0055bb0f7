import FoundationEssentials
import Messaging

/// Makes the events of one message: the same happening always gets the same id.
struct MessageEvents: Sendable {
    let context: MessageContext
    let recipient: RecipientReference?
    let body: String?
    let segments: Int?
    let encoding: String?

    private func event(_ name: EventName, step: String?, attempt: Int, at time: Date) -> Event {
        let app = context.app ?? "none"
        let subject = context.messageID ?? "none"
        // Joined, not interpolated, which takes several times as long.
        var id = app + "/" + subject + "/" + name.description + "/" + String(attempt)
        if let step { id += "/" + step }
        var message = context
        message.attempt = attempt
        var event = Event(id: id, name: name, subject: subject, time: time, message: message)
        event.recipient = recipient
        event.segments = segments
        event.encoding = encoding
        return event
    }

    /// The event of a status, and beside it `error.<code>` where the provider gave one.
    func status(
        _ status: MessageStatus, attempt: Int, at time: Date, step: String? = nil,
        change: (inout Event) -> Void = { _ in }
    ) -> [Event] {
        var main = event(.message(status), step: step, attempt: attempt, at: time)
        main.status = status
        main.body = body
        change(&main)
        guard let error = main.error else { return [main] }
        var beside = event(.error(error.code), step: "\(main.name)", attempt: attempt, at: time)
        beside.error = error
        beside.provider = main.provider
        return [main, beside]
    }

    /// An id was used again for another request.
    func conflict(requestHash: [UInt8], at time: Date) -> Event {
        let digest = hexadecimal(requestHash.prefix(8))
        var event = event(EventName(family: "request", name: "conflict"), step: digest, attempt: 0, at: time)
        event.reason = Event.Reason(
            field: "message_id", problem: "was used before for another request; the first one stands")
        return event
    }

    /// The provider says that the recipient has opted out there.
    func revoked(by error: ProviderError, program: String, sender: String, attempt: Int, at time: Date) -> Event {
        var event = event(EventName(family: "consent", name: "revoked"), step: nil, attempt: attempt, at: time)
        event.error = error
        event.consent = Event.Consent(
            sender: sender, program: program, keyword: nil,
            evidence: "twilio:\(error.code):\(context.app ?? "none")/\(event.subject)/\(attempt)", at: time)
        return event
    }
}
