import Crypto
public import Messaging

extension RecipientTokenKeys {
    /// The hashes of a request under every key, the newest first, by which a repeated `message_id` is told from a reused
    /// one.
    ///
    /// Hashes the canonical JSON (RFC 8785) of what was read, with class and purpose: white space, the order of fields, the
    /// spelling of an instant and fields that stand at their default make no difference. Fields at their default are left
    /// out, so that a field added later changes no stored hash.
    public func requestHashes(_ request: SendRequest, messageClass: MessageClass, purpose: String) -> [[UInt8]] {
        let text = canonicalJSON(of: request, messageClass: messageClass, purpose: purpose)
        return keys.map { $0.contentHash(text) }
    }

    /// Sixteen hexadecimal digits that tell contents apart.
    public func digest(of content: [UInt8]) -> String { hexadecimal(keys[0].contentHash(content).prefix(8)) }
}

extension RecipientTokenKeys.Key {
    /// Keyed, because all of a request but the number is often known, and all numbers can be tried.
    fileprivate func contentHash(_ content: [UInt8]) -> [UInt8] {
        var state = contents
        state.update(data: content)
        return Array(state.finalize())
    }
}

/// The request as RFC 8785 writes it: the members stand in the order of their names.
func canonicalJSON(of request: SendRequest, messageClass: MessageClass, purpose: String) -> [UInt8] {
    var json = JSONText(reservingCapacity: 512)
    json.object { json in
        json.value("account", request.account)
        json.value("body", request.body)
        json.value("channel", request.channel.rawValue)
        json.value("class", messageClass.rawValue)
        if let evidence = request.consentEvidence {
            json.object("consent") { $0.value("evidence", evidence) }
        }
        if let content = request.content {
            json.object("content") { json in
                json.value("sid", content.sid)
                if !content.variables.isEmpty { json.pairs("variables", content.variables) }
            }
        }
        json.value("expiresAt", request.expiresAt.map(formatRFC3339))
        if !request.media.isEmpty {
            json.array("media") { json in for url in request.media { json.value(nil, url) } }
        }
        if !request.metadata.isEmpty { json.pairs("metadata", request.metadata) }
        json.value("purpose", purpose)
        let recipient = request.recipient
        if recipient.id != nil || recipient.region != nil || recipient.timeZone != nil {
            json.object("recipient") { json in
                json.value("id", recipient.id)
                json.value("region", recipient.region)
                json.value("timeZone", recipient.timeZone)
            }
        }
        json.value("sendAt", request.sendAt.map(formatRFC3339))
        json.value("sender", request.sender)
        if request.shortenLinks { json.value("shortenLinks", true) }
        if !request.tags.isEmpty { json.pairs("tags", request.tags) }
        if let template = request.template {
            json.object("template") { json in
                json.value("locale", template.locale)
                json.value("name", template.name)
                if !template.variables.isEmpty { json.pairs("variables", template.variables) }
            }
        }
        json.value("to", request.to.text)
    }
    return json.bytes
}
