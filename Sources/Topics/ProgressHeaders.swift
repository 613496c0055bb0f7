public import AMQP
public import FoundationEssentials
import Messaging

/// What Switchboard itself writes on a request that it republishes; believed only on what comes from `requeue`.
public struct ProgressHeaders: Sendable, Equatable {
    /// The app, since the routing key is only the class from here on.
    public var app: String
    /// The purpose.
    public var purpose: String
    /// How many calls the provider has answered so far; a provider that is never reached costs no attempt.
    public var attempts: Int
    /// When the request was first taken.
    public var firstAt: Date
    /// Why it was republished, in a word.
    public var reason: String?

    /// The reason of a request that an operator gave back to the workers.
    public static let replay = "replay"

    /// Whether an operator gave the request back: what ended it before is to be judged afresh.
    public var isReplay: Bool { reason == Self.replay }

    /// The progress of one request.
    public init(app: String, purpose: String, attempts: Int, firstAt: Date, reason: String?) {
        self.app = app
        self.purpose = purpose
        self.attempts = attempts
        self.firstAt = firstAt
        self.reason = reason
    }

    /// Reads the headers; nil when the app or the purpose is missing or not a routing word.
    public init?(_ headers: [String: FieldValue]) {
        guard let app = headers["sb-app"]?.string, isRoutingWord(app), let purpose = headers["sb-purpose"]?.string,
            isRoutingWord(purpose)
        else { return nil }
        self.app = app
        self.purpose = purpose
        attempts = min(max(headers["sb-attempt"]?.integer ?? 0, 0), 1_000_000)
        firstAt = headers["sb-first-at"]?.string.flatMap(parseRFC3339) ?? Date(timeIntervalSince1970: 0)
        reason = headers["sb-reason"]?.string
    }

    /// The properties under which a request is republished: its own, without what the broker or anybody else wrote on
    /// it. A stale `x-death` would make the broker withhold the message at its next expiry (a dead-letter cycle), CC
    /// and BCC would copy it, `expiration` would drop it without an event.
    public func properties(republishing original: MessageProperties) -> MessageProperties {
        var properties = MessageProperties()
        properties.contentType = Self.fitting(original.contentType)
        properties.contentEncoding = Self.fitting(original.contentEncoding)
        properties.messageID = Self.fitting(original.messageID)
        properties.correlationID = Self.fitting(original.correlationID)
        properties.userID = Self.fitting(original.userID)
        properties.timestamp = original.timestamp
        properties.type = Self.fitting(original.type)
        properties.appID = Self.fitting(original.appID)
        properties.deliveryMode = .persistent
        if let traceparent = traceparent(of: original) { properties.headers["traceparent"] = .string(traceparent) }
        properties.headers["sb-app"] = .string(app)
        properties.headers["sb-purpose"] = .string(purpose)
        properties.headers["sb-attempt"] = .int64(Int64(attempts))
        properties.headers["sb-first-at"] = .string(formatRFC3339(firstAt))
        if let reason { properties.headers["sb-reason"] = .string(reason) }
        return properties
    }

    /// What is not UTF-8 grows when it is read, three bytes for one, and may then be longer than the wire takes: a message
    /// that cannot be put aside would come back for ever.
    private static func fitting(_ text: String?) -> String? {
        text.flatMap { $0.utf8.count <= 255 ? $0 : nil }
    }
}
