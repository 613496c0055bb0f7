import FoundationEssentials
import Messaging
import Policy
import Twilio

/// Turns verified webhooks into events. Ids come from the provider's SID and status, so a webhook that is repeated
/// makes the same events.
struct WebhookEvents: Sendable {
    let tokens: RecipientTokenKeys
    let errors: ErrorTable
    let keywords: KeywordTable
    let policy: LivePolicy

    init(
        tokens: RecipientTokenKeys, errors: ErrorTable, keywords: KeywordTable,
        policy: LivePolicy = LivePolicy(.shipped)
    ) {
        self.tokens = tokens
        self.errors = errors
        self.keywords = keywords
        self.policy = policy
    }

    /// What a person's message asks for, before the ledger was asked.
    enum Wish: Sendable, Equatable {
        case revoke(keyword: String, everything: Bool)
        case grant(keyword: String)
        /// Counts only from somebody who opted out or was asked.
        case grantIfAsked(keyword: String)
        case help(keyword: String)
    }

    /// A recipient reference with the clear address, for any address that can be read.
    func reference(_ text: String?, id: String? = nil) -> RecipientReference? {
        // A number of which the provider hides the end is nobody's.
        guard let text, let address = try? Address(text), address.isE164 || address.prefixChannel == .messenger else {
            return nil
        }
        var reference = tokens.reference(for: address, id: id)
        reference.address = text
        return reference
    }

    /// A status callback: `message.<status>`, `error.<code>` beside it, and `consent.revoked` when the provider says
    /// that the person has opted out there.
    ///
    /// - Parameter known: whom the message was sent to, where the provider may not show the number any more.
    func status(
        _ callback: StatusCallback, origin: StatusCallbackURL.Origin?, account: String, at now: Date,
        known: RecipientReference? = nil
    ) -> [Event] {
        var message = origin?.message ?? MessageContext(account: account)
        message.account = account
        message.channel = callback.channel
        let subject = message.messageID ?? callback.messageSID
        let recipient = reference(callback.to, id: origin?.recipientID) ?? known
        let provider = Event.Provider(sid: callback.messageSID, status: callback.status.word)
        guard let status = callback.status.messageStatus else {
            var event = Event(
                id: "\(callback.messageSID)/\(callback.status.word)",
                name: EventName(family: "callback", name: "message-status"), subject: subject, time: now,
                message: message)
            event.provider = provider
            event.recipient = recipient
            return [event]
        }
        let error = callback.errorCode.map { errors.advice(for: $0, httpStatus: nil) }
        var main = Event(
            id: "\(callback.messageSID)/\(status.rawValue)", name: .message(status), subject: subject, time: now,
            message: message)
        main.status = status
        main.provider = provider
        main.recipient = recipient
        main.error = error
        var events = [main]
        guard let error else { return events }
        var beside = main
        beside.id = "\(main.id)/error.\(error.code)"
        beside.name = .error(error.code)
        beside.status = nil
        events.append(beside)
        if let sender = callback.from, recipient != nil, error.isOptOut(sender: sender) {
            var revoked = beside
            revoked.id = "\(callback.messageSID)/consent.revoked"
            revoked.name = EventName(family: "consent", name: "revoked")
            revoked.subject = callback.messageSID
            revoked.consent = Event.Consent(
                sender: bareNumber(sender), program: callback.messagingServiceSID ?? bareNumber(sender), keyword: nil,
                evidence: "twilio:\(error.code):\(callback.messageSID)", at: now)
            events.append(revoked)
        }
        return events
    }

    /// What a message from a person asks for. The provider's own word, where it has one, wins over the text; whether a no
    /// is one to everything, only the text tells.
    ///
    /// To a toll-free number nothing but START and UNSTOP is a yes, whatever the provider makes of it: nothing else lifts
    /// the network's block (Twilio, "Toll-free opt-out keywords").
    func wish(_ inbound: InboundMessage) -> Wish? {
        let match = keywords.effect(of: inbound.body)
        if let type = inbound.optOutType {
            switch type {
            case .stop: return .revoke(keyword: type.rawValue, everything: match?.effect == .optOutAll)
            // A YES may answer any question: the provider takes it for a yes all the same.
            case .start where match?.effect == .optInConditional && !isTollFree(inbound.to):
                return .grantIfAsked(keyword: type.rawValue)
            case .start where !isTollFree(inbound.to): return .grant(keyword: type.rawValue)
            case .start: break
            case .help: return .help(keyword: type.rawValue)
            }
        }
        guard let match else { return nil }
        switch match.effect {
        case .optIn where isTollFree(inbound.to) && !Self.liftsTollFree.contains(match.keyword): return nil
        case .optOut: return .revoke(keyword: match.keyword, everything: false)
        case .optOutAll: return .revoke(keyword: match.keyword, everything: true)
        case .optIn: return .grant(keyword: match.keyword)
        case .optInConditional: return .grantIfAsked(keyword: match.keyword)
        case .help: return .help(keyword: match.keyword)
        }
    }

    private static let liftsTollFree: Set<String> = ["START", "UNSTOP"]

    /// A message from a person: first what it asks for, so that a STOP is on its way before anything else, then the
    /// message itself.
    func inbound(
        _ inbound: InboundMessage, account: String, wish: Wish?, conversation: Event.Conversation?, at now: Date
    ) -> [Event] {
        var message = MessageContext(account: account)
        message.channel = inbound.channel
        var base = Event(
            id: inbound.messageSID, name: EventName(family: "inbound", name: "received"),
            subject: inbound.messageSID, time: now, message: message)
        base.provider = Event.Provider(sid: inbound.messageSID, status: "received")
        base.recipient = reference(inbound.from)
        var events: [Event] = []
        // A yes or no of somebody who cannot be named concerns nobody whom a message could reach.
        if let wish, base.recipient != nil || wish.eventName.family != "consent" {
            var event = base
            event.name = wish.eventName
            event.id = "\(inbound.messageSID)/\(event.name)"
            event.consent = Event.Consent(
                sender: bareNumber(inbound.to), program: program(inbound), keyword: wish.keyword,
                evidence: inbound.messageSID, at: now)
            if case .revoke(_, true) = wish { event.consent?.scope = "everything" }
            events.append(event)
        }
        base.id = "\(inbound.messageSID)/inbound.received"
        base.conversation = conversation
        let engine = policy.current
        let from = try? Address(inbound.from)
        func clear(_ text: String) -> String? { engine.clearText(text, app: conversation?.app, from: from) }
        base.body = clear(inbound.body)
        base.details = [
            "sender": bareNumber(inbound.to), "program": program(inbound), "mediaCount": String(inbound.mediaCount),
        ]
        if !inbound.media.isEmpty { base.clearDetails["media"] = inbound.media.map(\.url).joined(separator: " ") }
        if let payload = inbound.buttonPayload { base.clearDetails["buttonPayload"] = clear(payload) }
        if let replied = inbound.originalRepliedMessageSID { base.details["repliedTo"] = replied }
        events.append(base)
        return events
    }

    /// What a person's yes or no covers: the messaging service, or the number that was written to.
    func program(_ inbound: InboundMessage) -> String { inbound.messagingServiceSID ?? bareNumber(inbound.to) }

    /// Any other signed callback; what it says stands in the clear form alone, since nobody knows what it holds.
    func callback(
        name: String, _ webhook: VerifiedWebhook, body: [UInt8], digest: String, at now: Date
    ) -> Event {
        let sid = ["MessageSid", "CallSid", "Sid", "RoomSid", "SmsSid"].lazy.compactMap { webhook.form[$0] }.first
        let subject = sid.flatMap { isPlainSID($0) ? $0 : nil } ?? digest
        var event = Event(
            id: "\(subject)/callback.\(name)/\(digest)", name: EventName(family: "callback", name: name),
            subject: subject, time: now, message: MessageContext(account: webhook.account.alias))
        event.provider = Event.Provider(sid: sid.flatMap { isPlainSID($0) ? $0 : nil })
        var json = JSONText()
        let engine = policy.current
        if webhook.form.fields.isEmpty {
            event.clearDetails["payload"] = maskedStrings(body) { engine.clearText($0, app: nil, from: nil) }
        } else {
            json.array { json in
                for field in webhook.form.fields {
                    json.array { json in
                        json.value(nil, field.name)
                        json.value(nil, engine.clearText(field.value, app: nil, from: nil) ?? "")
                    }
                }
            }
            event.clearDetails["parameters"] = json.string
        }
        return event
    }

    func bareNumber(_ text: String) -> String {
        text.split(separator: ":", maxSplits: 1).last.map(String.init) ?? text
    }

    private func isPlainSID(_ text: String) -> Bool {
        text.utf8.count == 34 && text.utf8.prefix(2).allSatisfy { (0x41...0x5A).contains($0) }
            && isSID(text, prefix: String(text.prefix(2)))
    }
}

extension WebhookEvents.Wish {
    /// What is left of a wish when nobody can be asked.
    var unconditional: Self? {
        if case .grantIfAsked = self { nil } else { self }
    }

    var keyword: String {
        switch self {
        case .revoke(let keyword, _), .grant(let keyword), .grantIfAsked(let keyword), .help(let keyword): keyword
        }
    }

    var eventName: EventName {
        switch self {
        case .revoke: EventName(family: "consent", name: "revoked")
        case .grant, .grantIfAsked: EventName(family: "consent", name: "granted")
        case .help: EventName(family: "help", name: "requested")
        }
    }
}
