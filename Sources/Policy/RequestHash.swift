import Crypto
public import Messaging

/// The SHA-256 of a request, by which a repeated `message_id` is told from a reused one.
///
/// Hashes the canonical JSON (RFC 8785) of what was read, with class and purpose: white space, the order of fields, the
/// spelling of an instant and fields that stand at their default make no difference. Fields at their default are left
/// out, so that a field added later changes no stored hash.
public func requestHash(_ request: SendRequest, messageClass: MessageClass, purpose: String) -> [UInt8] {
    Array(SHA256.hash(data: canonicalJSON(of: request, messageClass: messageClass, purpose: purpose)))
}

/// The request as RFC 8785 writes it. The order of the members is that of their names.
func canonicalJSON(of request: SendRequest, messageClass: MessageClass, purpose: String) -> [UInt8] {
    var json = CanonicalJSON()
    json.beginObject()
    json.member("account", request.account)
    json.member("body", request.body)
    json.member("channel", request.channel.rawValue)
    json.member("class", messageClass.rawValue)
    if let evidence = request.consentEvidence {
        json.beginObject("consent")
        json.member("evidence", evidence)
        json.endObject()
    }
    if let content = request.content {
        json.beginObject("content")
        json.member("sid", content.sid)
        if !content.variables.isEmpty { json.members("variables", content.variables) }
        json.endObject()
    }
    json.member("expiresAt", request.expiresAt.map(formatRFC3339))
    if !request.media.isEmpty { json.member("media", request.media) }
    if !request.metadata.isEmpty { json.members("metadata", request.metadata) }
    json.member("purpose", purpose)
    let recipient = request.recipient
    if recipient.id != nil || recipient.region != nil || recipient.timeZone != nil {
        json.beginObject("recipient")
        json.member("id", recipient.id)
        json.member("region", recipient.region)
        json.member("timeZone", recipient.timeZone)
        json.endObject()
    }
    json.member("sendAt", request.sendAt.map(formatRFC3339))
    json.member("sender", request.sender)
    if request.shortenLinks { json.member("shortenLinks", true) }
    if !request.tags.isEmpty { json.members("tags", request.tags) }
    if let template = request.template {
        json.beginObject("template")
        json.member("locale", template.locale)
        json.member("name", template.name)
        if !template.variables.isEmpty { json.members("variables", template.variables) }
        json.endObject()
    }
    json.member("to", request.to.text)
    json.endObject()
    return json.bytes
}
