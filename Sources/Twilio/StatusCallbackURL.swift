public import Messaging

/// The address to which Twilio reports what becomes of a message (contract, section 5).
///
/// Who a callback belongs to rides in its query, under the signature, so that taking it asks no store:
///
/// | parameter | holds |
/// | --- | --- |
/// | `id` `app` `class` `purpose` | the request's `message_id`, and the words of its routing key |
/// | `account` `sender` | aliases of the configuration |
/// | `attempt` | counts the calls to the provider from 1 |
/// | `rid` | the request's `recipient.id` |
/// | `cid` | the request's `correlation_id` |
/// | `m.<key>` | one pair of the metadata |
public struct StatusCallbackURL: Sendable {
    /// The longest URL that is made, in bytes, with its fragment; the provider takes 4000 (error 21609).
    public static let maximumLength = 3000

    /// How the provider connects: three retries on any failure, 2 s to connect and 4 s to wait for the answer. Without
    /// it, answers of 5xx are never retried. A fragment is not signed.
    public static let connectionOverrides = "#rc=3&rp=all&ct=2000&rt=4000"

    private static let digitsOfAttempt = 6

    /// Begins the name of a parameter that holds metadata.
    static let metadataPrefix = "m."

    /// The URL without the query that is added; it may have one of its own.
    public let endpoint: String

    /// The endpoint, ready for the first parameter.
    private let start: String

    /// Checks the configured URL.
    ///
    /// - Throws: ``WebhookProblem`` unless it is http or https, of at most 1000 printable ASCII characters, without a
    ///   fragment, with a host without an underscore (the provider refuses one).
    public init(endpoint: String) throws(WebhookProblem) {
        guard endpoint.utf8.count <= 1000, endpoint.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = SignedURL(endpoint), ["http", "https"].contains(parts.scheme),
            !parts.host.contains(UInt8(ascii: "_")), !endpoint.contains("#")
        else {
            throw WebhookProblem(
                field: "status callback URL",
                problem: "is not an http or https URL of at most 1000 characters, with a host and no fragment")
        }
        self.endpoint = endpoint
        start = endpoint + (endpoint.contains("?") ? "&" : "?")
    }

    /// The whole URL for one attempt of a message.
    ///
    /// - Throws: ``RequestProblem`` that names the metadata when the URL would be longer than 3000 bytes.
    public func url(for message: MessageContext, recipientID: String? = nil) throws(RequestProblem) -> String {
        var query = FormWriter(continuing: start, reservingCapacity: start.utf8.count + 512)
        query.append("id", message.messageID)
        query.append("app", message.app)
        query.append("class", message.messageClass?.rawValue)
        query.append("purpose", message.purpose)
        query.append("account", message.account)
        query.append("sender", message.sender)
        query.append("attempt", message.attempt)
        query.append("rid", recipientID)
        query.append("cid", message.correlationID)
        // In the order of their keys, so that every attempt and every redelivery writes the same URL.
        for (key, value) in message.metadata.sorted(by: { $0.key < $1.key }) {
            query.append(Self.metadataPrefix + key, value)
        }
        query.append(raw: Self.connectionOverrides)
        // As if the attempt had as many digits as it may come to have: a request fits at every attempt or at none.
        let digits = message.attempt.map { String($0).utf8.count } ?? 0
        guard query.bytes.count + max(0, Self.digitsOfAttempt - digits) <= Self.maximumLength else {
            throw RequestProblem(
                field: message.metadata.isEmpty ? "correlation_id" : "metadata",
                problem: "makes the status callback URL longer than \(Self.maximumLength) bytes")
        }
        return String(decoding: query.bytes, as: UTF8.self)
    }
}
