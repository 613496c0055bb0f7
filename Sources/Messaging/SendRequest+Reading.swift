import FoundationEssentials

extension SendRequest {
    /// The largest request that is read, in bytes; the text of a message is far smaller.
    public static let maximumSize = 65_536

    /// Reads the JSON of a send request and checks what can be checked without configuration, policy or clock.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    public init(json: some Collection<UInt8>) throws(RequestProblem) {
        var scanner = try Self.scanner(json)
        self = try SendRequest(&scanner)
        try scanner.finish()
        try check()
    }

    /// Reads a CloudEvent in structured mode whose type is `switchboard.send.v1` and whose `data` is a send request.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    public init(cloudEvent json: some Collection<UInt8>) throws(RequestProblem) {
        var scanner = try Self.scanner(json)
        var type: String?
        var data: SendRequest?
        try scanner.object("") { (name, scanner) throws(RequestProblem) in
            switch name {
            case "type": type = try scanner.string("type")
            case "data": data = try SendRequest(&scanner)
            default: try scanner.skip()
            }
        }
        try scanner.finish()
        guard type == "switchboard.send.v1" else {
            throw RequestProblem(field: "type", problem: "is not switchboard.send.v1")
        }
        guard let data else { throw RequestProblem(field: "data", problem: "is missing") }
        self = data
        try check()
    }

    private static func scanner(_ json: some Collection<UInt8>) throws(RequestProblem) -> JSONScanner {
        guard json.count <= maximumSize else {
            throw RequestProblem(field: "request", problem: "has \(json.count) bytes; at most \(maximumSize) are read")
        }
        return JSONScanner(Array(json))
    }

    private init(_ scanner: inout JSONScanner) throws(RequestProblem) {
        var address: Address?
        var channelName: String?
        var request = SendRequest(to: .none, body: nil)
        try scanner.object("") { (name, scanner) throws(RequestProblem) in
            switch name {
            case "to": address = try scanner.string("to").map { text throws(RequestProblem) in try Address(text) }
            case "channel": channelName = try scanner.string("channel")
            case "body": request.body = try scanner.string("body")
            case "template": request.template = try Template(&scanner)
            case "content": request.content = try Content(&scanner)
            case "media": request.media = try scanner.strings("media") ?? []
            case "account": request.account = try scanner.string("account")
            case "sender": request.sender = try scanner.string("sender")
            case "recipient": request.recipient = try Recipient(&scanner)
            case "consent": request.consentEvidence = try Self.evidence(&scanner)
            case "sendAt": request.sendAt = try Self.instant("sendAt", &scanner)
            case "expiresAt": request.expiresAt = try Self.instant("expiresAt", &scanner)
            case "metadata": request.metadata = try scanner.stringMap("metadata") ?? [:]
            case "tags": request.tags = try scanner.stringMap("tags") ?? [:]
            case "shortenLinks": request.shortenLinks = try scanner.bool("shortenLinks") ?? false
            default: try Self.refuse("", name)
            }
        }
        guard let address else { throw RequestProblem(field: "to", problem: "is missing") }
        request.to = address
        request.channel = try Self.channel(channelName, address: address)
        self = request
    }

    private static func channel(_ name: String?, address: Address) throws(RequestProblem) -> Channel {
        guard let name else { return address.prefixChannel ?? .sms }
        guard let channel = Channel(rawValue: name) else {
            throw RequestProblem(
                field: "channel", problem: "is none of \(Channel.allCases.map(\.rawValue).joined(separator: " "))")
        }
        guard channel.addressPrefix == address.prefixChannel?.addressPrefix else {
            throw RequestProblem(field: "channel", problem: "does not agree with the prefix of to")
        }
        return channel
    }

    private static func instant(_ path: String, _ scanner: inout JSONScanner) throws(RequestProblem) -> Date? {
        guard let text = try scanner.string(path) else { return nil }
        guard let instant = parseRFC3339(text) else {
            throw RequestProblem(field: path, problem: "is not an RFC 3339 instant such as 2026-11-21T15:00:00Z")
        }
        return instant
    }

    private static func evidence(_ scanner: inout JSONScanner) throws(RequestProblem) -> String? {
        if try scanner.isNull() { return nil }
        var evidence = ""
        try scanner.object("consent") { (name, scanner) throws(RequestProblem) in
            guard name == "evidence" else { try refuse("consent", name) }
            evidence = try scanner.string("consent.evidence") ?? ""
        }
        return evidence
    }

    fileprivate static func refuse(_ path: String, _ name: String) throws(RequestProblem) -> Never {
        throw RequestProblem(field: JSONScanner.join(path, name), problem: "is not a field of a send request")
    }
}

extension SendRequest.Template {
    fileprivate init?(_ scanner: inout JSONScanner) throws(RequestProblem) {
        if try scanner.isNull() { return nil }
        var name: String?
        var locale: String?
        var variables: [String: String] = [:]
        try scanner.object("template") { (member, scanner) throws(RequestProblem) in
            switch member {
            case "name": name = try scanner.string("template.name")
            case "locale": locale = try scanner.string("template.locale")
            case "variables": variables = try scanner.stringMap("template.variables") ?? [:]
            default: try SendRequest.refuse("template", member)
            }
        }
        guard let name else { throw RequestProblem(field: "template.name", problem: "is missing") }
        self.init(name: name, locale: locale, variables: variables)
    }
}

extension SendRequest.Content {
    fileprivate init?(_ scanner: inout JSONScanner) throws(RequestProblem) {
        if try scanner.isNull() { return nil }
        var sid: String?
        var variables: [String: String] = [:]
        try scanner.object("content") { (member, scanner) throws(RequestProblem) in
            switch member {
            case "sid": sid = try scanner.string("content.sid")
            case "variables": variables = try scanner.stringMap("content.variables") ?? [:]
            default: try SendRequest.refuse("content", member)
            }
        }
        guard let sid else { throw RequestProblem(field: "content.sid", problem: "is missing") }
        self.init(sid: sid, variables: variables)
    }
}

extension SendRequest.Recipient {
    fileprivate init(_ scanner: inout JSONScanner) throws(RequestProblem) {
        if try scanner.isNull() { return }
        try scanner.object("recipient") { (member, scanner) throws(RequestProblem) in
            switch member {
            case "id": id = try scanner.string("recipient.id")
            case "timeZone": timeZone = try scanner.string("recipient.timeZone")
            case "region": region = try scanner.string("recipient.region")
            default: try SendRequest.refuse("recipient", member)
            }
        }
    }
}
