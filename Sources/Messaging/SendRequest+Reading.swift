import FoundationEssentials

extension SendRequest {
    /// The largest request that is read, in bytes; the text of a message is far smaller.
    public static let maximumSize = 65_536

    /// Reads the JSON of a send request and checks what can be checked without configuration, policy or clock.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    public init(json: some Collection<UInt8>) throws(RequestProblem) {
        self = try Self.decode(Wire.self, from: json).request
    }

    /// Reads a CloudEvent in structured mode whose type is `switchboard.send.v1` and whose `data` is a send request.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    public init(cloudEvent json: some Collection<UInt8>) throws(RequestProblem) {
        let event = try Self.decode(CloudEvent.self, from: json)
        guard event.type == "switchboard.send.v1" else {
            throw RequestProblem(field: "type", problem: "is not switchboard.send.v1")
        }
        guard let data = event.data else { throw RequestProblem(field: "data", problem: "is missing") }
        self = data.request
    }

    private struct CloudEvent: Decodable {
        let type: String?
        let data: Wire?
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, from json: some Collection<UInt8>
    ) throws(RequestProblem) -> Value {
        guard json.count <= Self.maximumSize else {
            throw RequestProblem(
                field: "request", problem: "has \(json.count) bytes; at most \(Self.maximumSize) are read")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(json))
        } catch let problem as RequestProblem {
            throw problem
        } catch {
            throw RequestProblem(field: "request", problem: "is not JSON in UTF-8")
        }
    }

    /// The request as it stands on the wire.
    private struct Wire: Decodable {
        let request: SendRequest

        private static let fields: Set<String> = [
            "to", "channel", "body", "template", "content", "media", "account", "sender", "recipient", "consent",
            "sendAt", "expiresAt", "metadata", "tags", "shortenLinks",
        ]

        init(from decoder: any Decoder) throws {
            request = try SendRequest(fields: FieldReader(decoder, path: "", fields: Self.fields))
        }
    }

    init(fields: FieldReader) throws(RequestProblem) {
        guard let to = try fields.string("to") else { throw RequestProblem(field: "to", problem: "is missing") }
        let address = try Address(to)
        self.init(to: address, channel: try Self.channel(fields, address: address), body: try fields.string("body"))
        template = try fields.object("template", fields: ["name", "locale", "variables"]) {
            fields throws(RequestProblem) in
            guard let name = try fields.string("name") else {
                throw RequestProblem(field: "template.name", problem: "is missing")
            }
            return Template(
                name: name, locale: try fields.string("locale"), variables: try fields.stringMap("variables") ?? [:])
        }
        content = try fields.object("content", fields: ["sid", "variables"]) { fields throws(RequestProblem) in
            guard let sid = try fields.string("sid") else {
                throw RequestProblem(field: "content.sid", problem: "is missing")
            }
            return Content(sid: sid, variables: try fields.stringMap("variables") ?? [:])
        }
        media = try fields.strings("media") ?? []
        account = try fields.string("account")
        sender = try fields.string("sender")
        recipient =
            try fields.object("recipient", fields: ["id", "timeZone", "region"]) { fields throws(RequestProblem) in
                Recipient(
                    id: try fields.string("id"), timeZone: try fields.string("timeZone"),
                    region: try fields.string("region"))
            } ?? Recipient()
        consentEvidence = try fields.object("consent", fields: ["evidence"]) { fields throws(RequestProblem) in
            try fields.string("evidence") ?? ""
        }
        sendAt = try fields.instant("sendAt")
        expiresAt = try fields.instant("expiresAt")
        metadata = try fields.stringMap("metadata") ?? [:]
        tags = try fields.stringMap("tags") ?? [:]
        shortenLinks = try fields.bool("shortenLinks") ?? false
        try check()
    }

    private static func channel(_ fields: FieldReader, address: Address) throws(RequestProblem) -> Channel? {
        guard let name = try fields.string("channel") else { return nil }
        guard let channel = Channel(rawValue: name) else {
            throw RequestProblem(
                field: "channel", problem: "is none of \(Channel.allCases.map(\.rawValue).joined(separator: " "))")
        }
        guard channel.addressPrefix == address.prefixChannel?.addressPrefix else {
            throw RequestProblem(field: "channel", problem: "does not agree with the prefix of to")
        }
        return channel
    }
}
