public import Messaging

extension StatusCallbackURL {
    /// What a callback's query says of the message that it is about.
    public struct Origin: Sendable, Equatable {
        /// The message; its channel is not in the query, see ``StatusCallback/channel``.
        public var message: MessageContext
        /// The app's own id of the person.
        public var recipientID: String?
    }

    /// Reads a callback's query, without its question mark.
    ///
    /// - Returns: nil when the query is none of ours: it holds neither `id` nor `app`.
    /// - Throws: ``WebhookProblem`` that names the parameter.
    public static func origin(query: String) throws(WebhookProblem) -> Origin? {
        try origin(FormFields(query: query))
    }

    /// Reads a callback's query.
    ///
    /// - Returns: nil when the query is none of ours: it holds neither `id` nor `app`.
    /// - Throws: ``WebhookProblem`` that names the parameter.
    public static func origin(_ query: FormFields) throws(WebhookProblem) -> Origin? {
        guard query["id"] != nil || query["app"] != nil else { return nil }
        let reader = QueryReader(query)
        var message = MessageContext(
            messageID: try reader.required("id", isMessageID), app: try reader.required("app", isRoutingWord),
            purpose: try reader.required("purpose", isRoutingWord), account: try reader.required("account", isAlias),
            sender: try reader.optional("sender", isAlias))
        guard let messageClass = MessageClass(rawValue: try reader.required("class", isRoutingWord)) else {
            throw WebhookProblem(field: "query class", problem: "is none of transactional, promotional")
        }
        message.messageClass = messageClass
        let attempt = try reader.required("attempt") { $0.utf8.count <= 6 && $0.utf8.allSatisfy(isDigit) }
        guard let number = Int(attempt), number >= 1 else {
            throw WebhookProblem(field: "query attempt", problem: "is not a number from 1")
        }
        message.attempt = number
        message.correlationID = try reader.optional("cid") { $0.utf8.count <= 255 }
        message.metadata = try reader.metadata()
        return Origin(message: message, recipientID: try reader.optional("rid") { (1...128).contains($0.utf8.count) })
    }
}

/// Takes the parameters one by one, each checked.
private struct QueryReader {
    let query: FormFields

    init(_ query: FormFields) { self.query = query }

    func required(_ name: String, _ isValid: (String) -> Bool) throws(WebhookProblem) -> String {
        guard let value = try optional(name, isValid) else {
            throw WebhookProblem(field: "query \(name)", problem: "is missing")
        }
        return value
    }

    func optional(_ name: String, _ isValid: (String) -> Bool) throws(WebhookProblem) -> String? {
        var found: String?
        for field in query.fields where field.name == name {
            guard found == nil else { throw WebhookProblem(field: "query \(name)", problem: "stands twice") }
            found = field.value
        }
        guard let found else { return nil }
        guard isValid(found) else { throw WebhookProblem(field: "query \(name)", problem: "is not a valid value") }
        return found
    }

    /// The limits are those of a send request (contract, section 2).
    func metadata() throws(WebhookProblem) -> [String: String] {
        var metadata: [String: String] = [:]
        // By bytes: a key may begin with a combining mark, which would be one character with the prefix's dot.
        let prefix = StatusCallbackURL.metadataPrefix.utf8
        for field in query.fields where field.name.utf8.starts(with: prefix) {
            let key = String(Substring(field.name.utf8.dropFirst(prefix.count)))
            guard (1...40).contains(key.utf8.count), field.value.utf8.count <= 120 else {
                throw WebhookProblem(field: "query metadata", problem: "has a key or a value of a wrong length")
            }
            guard metadata.updateValue(field.value, forKey: key) == nil, metadata.count <= 10 else {
                throw WebhookProblem(field: "query metadata", problem: "has a key twice, or more than 10 pairs")
            }
        }
        return metadata
    }
}

/// Whether the text may be an alias of the configuration: 1 to 64 of `A-Za-z0-9._-`.
private func isAlias(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isUnreserved($0) && $0 != UInt8(ascii: "~") }
}

/// Whether the byte is an ASCII digit.
func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
