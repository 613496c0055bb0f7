/// Who may read what is written: the two topics on which every event appears.
public enum Audience: Sendable {
    /// The exchange `events`: no address, no body.
    case redacted
    /// The exchange `events.clear`.
    case clear
}

/// An event as each audience may read it: CloudEvents 1.0 JSON, in structured mode.
public struct EventTexts: Sendable, Equatable {
    /// For the exchange `events`.
    public let redacted: [UInt8]
    /// For the exchange `events.clear`.
    public let clear: [UInt8]

    /// Texts that were written before.
    public init(redacted: [UInt8], clear: [UInt8]) {
        self.redacted = redacted
        self.clear = clear
    }
}

extension Event {
    /// The event for one audience.
    public func json(for audience: Audience) -> [UInt8] {
        let text = writtenText
        return switch audience {
        case .redacted: text.redactedBytes
        case .clear: text.bytes
        }
    }

    /// The event for both audiences, written once.
    public var texts: EventTexts {
        let text = writtenText
        return EventTexts(redacted: text.redactedBytes, clear: text.bytes)
    }

    /// Everything, with the members marked that are in clear.
    private var writtenText: JSONText {
        let instant = formatRFC3339(time)
        var json = JSONText(reservingCapacity: 1536)
        json.object { json in
            json.value("specversion", "1.0")
            json.value("id", id)
            json.value("source", source)
            json.value("type", name.type)
            json.value("subject", subject)
            json.value("time", instant)
            json.value("datacontenttype", "application/json")
            json.value("traceparent", message.traceparent)
            json.object("data") { json in writeData(to: &json, instant) }
        }
        return json
    }

    private func writeData(to json: inout JSONText, _ instant: String) {
        json.value("messageId", message.messageID)
        json.value("app", message.app)
        json.value("class", message.messageClass?.rawValue)
        json.value("purpose", message.purpose)
        json.value("channel", message.channel?.rawValue)
        json.value("account", message.account)
        json.value("sender", message.sender)
        if let status {
            json.value("status", status.rawValue)
            json.value("isFinal", status.isFinal && name.family == "message")
            json.value("rank", status.rank)
        }
        json.value("attempt", message.attempt)
        writeProvider(to: &json)
        writeRecipient(to: &json)
        writeReasons(to: &json)
        writeConsent(to: &json)
        if !message.metadata.isEmpty { json.pairs("metadata", message.metadata) }
        json.value("correlationId", message.correlationID)
        json.value("occurredAt", instant)
        json.value("segments", segments)
        json.value("encoding", encoding)
        json.raw("decision", decision)
        for (key, text) in details.sorted(by: { $0.key < $1.key }) { json.value(key, text) }
        json.clearOnly { json in
            for (key, text) in clearDetails.sorted(by: { $0.key < $1.key }) { json.value(key, text) }
            json.value("body", body)
        }
    }

    private func writeProvider(to json: inout JSONText) {
        if let provider {
            json.object("provider") { json in
                json.value("name", "twilio")
                json.value("sid", provider.sid)
                json.value("status", provider.status)
            }
        }
        if let error {
            json.object("error") { json in
                json.value("code", error.code)
                json.value("name", error.name)
                json.value("category", error.category.rawValue)
                json.value("retryable", error.retryable.rawValue)
                json.value("action", error.action)
            }
        }
    }

    private func writeRecipient(to json: inout JSONText) {
        guard let recipient else { return }
        json.object("recipient") { json in
            json.value("token", recipient.token.text)
            json.value("masked", recipient.masked)
            json.value("country", recipient.country)
            json.value("id", recipient.id)
            json.clearOnly { $0.value("address", recipient.address) }
        }
    }

    private func writeReasons(to json: inout JSONText) {
        if let reason {
            json.object("reason") { json in
                json.value("field", reason.field)
                json.value("problem", reason.problem)
            }
        }
        json.value("until", until.map(formatRFC3339))
    }

    private func writeConsent(to json: inout JSONText) {
        if let consent {
            json.object("consent") { json in
                json.value("scope", consent.scope)
                json.value("sender", consent.sender)
                json.value("program", consent.program)
                json.value("keyword", consent.keyword)
                json.value("evidence", consent.evidence)
                json.value("at", formatRFC3339(consent.at))
            }
        }
        if let conversation {
            json.object("conversation") { json in
                json.value("id", conversation.id)
                json.value("lastMessageId", conversation.lastMessageID)
                json.value("app", conversation.app)
                json.pairs("metadata", conversation.metadata)
            }
        }
    }
}
