public import Messaging

extension StatusCallbackURL {
    /// What a callback's query says of the message that it is about.
    public struct Origin: Sendable, Equatable {
        /// The message; its channel is not in the query, see ``StatusCallback/channel``.
        public var message: MessageContext
        /// The app's own id of the person.
        public var recipientID: String?

        /// What a query said, or would have said.
        public init(message: MessageContext, recipientID: String?) {
            self.message = message
            self.recipientID = recipientID
        }
    }

    /// Reads a callback's query, without its question mark.
    ///
    /// - Parameter account: The alias of the account whose callback it is, where the query does not say.
    /// - Returns: nil when the query is none of ours: it holds neither `id` nor `app`.
    /// - Throws: ``WebhookProblem`` that names the parameter.
    public static func origin(query: String, account: String? = nil) throws(WebhookProblem) -> Origin? {
        try origin(FormFields(query: query), account: account)
    }

    /// Reads a callback's query. What names the message, `id` and `app`, must be there; the rest may be missing, but what
    /// is there must be valid.
    ///
    /// - Parameter account: The alias of the account whose callback it is, where the query does not say.
    /// - Returns: nil when the query is none of ours: it holds neither `id` nor `app`.
    /// - Throws: ``WebhookProblem`` that names the parameter.
    public static func origin(_ query: FormFields, account: String? = nil) throws(WebhookProblem) -> Origin? {
        guard query["id"] != nil || query["app"] != nil else { return nil }
        let reader = QueryReader(query)
        let messageID = try reader.required("id", isMessageID)
        let app = try reader.required("app", isRoutingWord)
        guard let account = try reader.optional("account", isAlias) ?? account else {
            throw WebhookProblem(field: "query account", problem: "is missing")
        }
        var message = MessageContext(messageID: messageID, app: app, account: account)
        message.messageClass = try reader.optional("class") { MessageClass(rawValue: $0) != nil }
            .flatMap { MessageClass(rawValue: $0) }
        message.purpose = try reader.optional("purpose", isRoutingWord)
        message.sender = try reader.optional("sender", isAlias)
        message.attempt = try reader.optional("attempt", isAttempt).flatMap { Int($0) }
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

/// Whether the text counts attempts: 1 to 999999.
private func isAttempt(_ text: String) -> Bool {
    text.utf8.count <= 6 && text.utf8.allSatisfy(isDigit) && (Int(text) ?? 0) >= 1
}

/// Whether the byte is an ASCII digit.
func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
