import FoundationEssentials
import Messaging

/// What an event asks to be recorded.
enum RecordedEvent: Sendable {
    case status(StatusReport)
    case consent(ConsentChange)
    /// A message from a person.
    case inbound(InboundNote)
    case tick(bridge: String, at: Date, isLeaving: Bool)
    /// Nothing: another family of events.
    case other

    /// Reads a CloudEvent of ours.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    init(json: [UInt8]) throws(RequestProblem) {
        let event: Wire
        do {
            event = try JSONDecoder().decode(Wire.self, from: Data(json))
        } catch {
            throw RequestProblem(field: "event", problem: "is not a CloudEvent of Switchboard")
        }
        let words = event.type.split(separator: ".").map(String.init)
        guard words.count == 4, words[0] == "switchboard", words[3] == "v1" else {
            throw RequestProblem(field: "type", problem: "is not switchboard.<family>.<name>.v1")
        }
        switch (words[1], words[2]) {
        case ("message", let name): self = try .status(Self.report(event, name))
        case ("consent", "revoked"): self = try .consent(Self.change(event, .revoked))
        case ("consent", "granted"): self = try .consent(Self.change(event, .granted))
        case ("inbound", "received"):
            self = try .inbound(Self.note(event))
        case ("bridge", "tick"):
            self = .tick(
                bridge: try Self.required(event.data.bridge, "data.bridge"),
                at: try Self.instant(event.time, "time"), isLeaving: event.data.leaving == "true")
        default: self = .other
        }
    }

    private static func report(_ event: Wire, _ name: String) throws(RequestProblem) -> StatusReport {
        guard let status = MessageStatus(rawValue: name) else {
            throw RequestProblem(field: "type", problem: "names a status that this version does not know")
        }
        let data = event.data
        var key: MessageKey?
        if let app = data.app, let messageID = data.messageId {
            guard isRoutingWord(app), isMessageID(messageID) else {
                throw RequestProblem(field: "data.messageId", problem: "does not name a message")
            }
            key = MessageKey(app: app, messageID: messageID)
        }
        var report = StatusReport(
            key: key, sid: data.provider?.sid, status: status, at: try instant(event.time, "time"))
        report.providerStatus = data.provider?.status
        report.errorCode = data.error?.code
        report.attempt = data.attempt
        report.recipient = try data.recipient?.token.map(token)
        report.channel = data.channel.flatMap(Channel.init)
        report.metadata = data.metadata ?? [:]
        if status == .accepted { report.origin = origin(data, key) }
        return report
    }

    /// An event of an older version names no program.
    private static func note(_ event: Wire) throws(RequestProblem) -> InboundNote {
        let data = event.data
        var note = InboundNote(
            sid: try required(data.provider?.sid, "data.provider.sid"), at: try instant(event.time, "time"))
        note.recipient = try data.recipient?.token.map(token)
        note.channel = data.channel.flatMap(Channel.init)
        note.senders = [data.program, data.sender].compactMap { $0 }.filter { !$0.isEmpty }
        if note.senders.count == 2, note.senders[0] == note.senders[1] { note.senders.removeLast() }
        return note
    }

    /// What later events say of a message, as far as its acceptance tells; nil for one that is not ours.
    private static func origin(_ data: Wire.Body, _ key: MessageKey?) -> MessageOrigin? {
        guard let key, let account = data.account else { return nil }
        var message = MessageContext(
            messageID: key.messageID, app: key.app, messageClass: data.class.flatMap(MessageClass.init),
            purpose: data.purpose, channel: data.channel.flatMap(Channel.init), account: account, sender: data.sender,
            attempt: data.attempt)
        message.metadata = data.metadata ?? [:]
        message.correlationID = data.correlationId
        let recipient = data.recipient.flatMap { recipient in
            recipient.token.map { token in
                RecipientReference(
                    token: RecipientToken(token), masked: recipient.masked ?? "", country: recipient.country,
                    id: recipient.id)
            }
        }
        return MessageOrigin(message: message, recipient: recipient)
    }

    private static func change(_ event: Wire, _ kind: ConsentChange.Kind) throws(RequestProblem) -> ConsentChange {
        guard let consent = event.data.consent else {
            throw RequestProblem(field: "data.consent", problem: "is missing")
        }
        return ConsentChange(
            kind: kind,
            recipient: try token(required(event.data.recipient?.token, "data.recipient.token")),
            programs: try programs(consent),
            evidence: try required(consent.evidence, "data.consent.evidence"), keyword: consent.keyword,
            at: try instant(consent.at, "data.consent.at"))
    }

    /// The program, and the number that was written to: a number may stand in a messaging service and be sent from
    /// directly. A sender that is an alias names nothing that a worker asks for.
    private static func programs(_ consent: Wire.Consent) throws(RequestProblem) -> [String] {
        if consent.scope == "everything" { return [ConsentChange.everything] }
        let program = try required(consent.program, "data.consent.program")
        guard let sender = consent.sender, sender != program, isNumber(sender) else { return [program] }
        return [program, sender]
    }

    /// E.164, or a short code.
    private static func isNumber(_ text: String) -> Bool {
        isE164Number(text) || (3...8).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// An address that came here by mistake must not reach the ledger.
    private static func token(_ text: String) throws(RequestProblem) -> RecipientToken {
        guard text.hasPrefix("ph_") else {
            throw RequestProblem(field: "data.recipient.token", problem: "is not a recipient token")
        }
        return RecipientToken(text)
    }

    private static func required(_ text: String?, _ field: String) throws(RequestProblem) -> String {
        guard let text, !text.isEmpty else { throw RequestProblem(field: field, problem: "is missing or empty") }
        return text
    }

    private static func instant(_ text: String?, _ field: String) throws(RequestProblem) -> Date {
        guard let instant = parseRFC3339(try required(text, field)) else {
            throw RequestProblem(field: field, problem: "is not an RFC 3339 instant")
        }
        return instant
    }

    private struct Wire: Decodable {
        var type: String
        var time: String?
        var data: Body

        struct Body: Decodable {
            var app: String?
            var messageId: String?
            var `class`: String?
            var purpose: String?
            var channel: String?
            var account: String?
            var sender: String?
            var program: String?
            var correlationId: String?
            var attempt: Int?
            var provider: Provider?
            var recipient: Recipient?
            var error: Problem?
            var metadata: [String: String]?
            var consent: Consent?
            var bridge: String?
            var leaving: String?
        }
        struct Provider: Decodable {
            var sid: String?
            var status: String?
        }
        struct Recipient: Decodable {
            var token: String?
            var masked: String?
            var country: String?
            var id: String?
        }
        struct Problem: Decodable { var code: Int }
        struct Consent: Decodable {
            var scope: String?
            var sender: String?
            var program: String?
            var keyword: String?
            var evidence: String?
            var at: String?
        }
    }
}
