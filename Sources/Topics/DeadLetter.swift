public import AMQP
public import FoundationEssentials
public import Messaging

/// A message in `dead.<class>` or `unroutable`, as far as its headers tell about it.
///
/// The worker writes what it gives up with headers of ours and nothing else; what the broker put there itself (a
/// delivery limit, an alternate exchange) still has whatever its app wrote on it. Only `user_id` is beyond doubt.
public struct DeadLetter: Sendable {
    /// The reason of a message that was handed out too often, whether the worker or the broker noticed.
    public static let deliveryLimit = "delivery-limit"
    /// The reason of a copy that CC or BCC made.
    public static let copy = "copy"

    /// The queue in which it stands.
    public let queue: String
    /// The class of that queue; of a message in `unroutable`, what the first word of its key says, if that is a class.
    public let messageClass: MessageClass?
    /// Why it stands there: what `sb-reason` says, or `delivery-limit`, `broker-rejected`, `broker-expired`,
    /// `broker-maxlen`, `broker`, `unroutable`, `unknown`.
    public let reason: String
    /// Where the app published it; nil when nothing tells.
    public let origin: RequestOrigin?
    /// Who asked: the broker's word where it gave one, else what the key or the headers say.
    public let app: String?
    /// What for.
    public let purpose: String?
    /// Calls that the provider had answered.
    public let attempts: Int
    /// When it was first taken, as far as is known.
    public let firstSeenAt: Date?
    /// When it was given up, as far as is known.
    public let diedAt: Date?
    /// The app that the worker wrote down.
    let writtenApp: String?
    /// Properties and body as they stand in the queue.
    public let message: Message
    /// What of it could not be read.
    public let problem: Delivery.Problem?

    /// Reads a delivery of `queue`; never fails, whatever stands in the headers.
    public init(_ delivery: Delivery, from queue: String) {
        self.queue = queue
        message = delivery.message
        problem = delivery.problem
        let properties = delivery.message.properties
        let headers = properties.headers
        let isUnroutable = queue == QueueName.unroutable
        let death = isUnroutable ? nil : BrokerDeath(headers)
        // What came by `requeue` had been written by the worker; what came straight from an app had not.
        let isOurs = !isUnroutable && (death.map { $0.origin?.exchange == Exchange.requeue } ?? true)
        let progress = isOurs ? ProgressHeaders(headers) : nil
        let origin = Self.origin(delivery, isUnroutable: isUnroutable, isOurs: isOurs, death: death, progress: progress)
        self.origin = origin
        reason =
            isUnroutable ? "unroutable" : death?.word ?? Self.word(headers["sb-reason"]) ?? "unknown"
        messageClass =
            MessageClass.allCases.first { QueueName.dead($0) == queue }
            ?? origin?.words.flatMap { MessageClass(rawValue: $0.messageClass) }
        writtenApp = progress.flatMap { Self.known($0.app) }
        app = properties.userID ?? origin?.words?.app ?? writtenApp
        purpose = origin?.words?.purpose ?? progress.flatMap { Self.known($0.purpose) }
        attempts = progress?.attempts ?? 0
        diedAt = death?.at ?? (isOurs ? Self.instant(headers["sb-dead-at"]) : nil)
        firstSeenAt =
            (isOurs ? Self.instant(headers["sb-first-at"]) : nil)
            ?? properties.timestamp.map { Date(timeIntervalSince1970: Double($0)) } ?? diedAt
    }

    private static func origin(
        _ delivery: Delivery, isUnroutable: Bool, isOurs: Bool, death: BrokerDeath?, progress: ProgressHeaders?
    ) -> RequestOrigin? {
        // An alternate exchange leaves both as they were.
        if isUnroutable { return RequestOrigin(exchange: delivery.exchange, routingKey: delivery.routingKey) }
        guard death == nil else {
            guard isOurs, let progress else { return death?.origin }
            return RequestOrigin(republished: progress, queue: delivery.routingKey)
        }
        let headers = delivery.message.properties.headers
        guard let exchange = headers["sb-exchange"]?.string, let key = headers["sb-routing-key"]?.string else {
            return nil
        }
        return RequestOrigin(exchange: exchange, routingKey: key)
    }

    /// The worker writes `none` where it knows nothing.
    private static func known(_ word: String) -> String? { word == "none" ? nil : word }

    private static func instant(_ value: FieldValue?) -> Date? { value?.string.flatMap(parseRFC3339) }

    /// A reason is a short visible text; anything else is none.
    private static func word(_ value: FieldValue?) -> String? {
        guard let text = value?.string, (1...200).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else { return nil }
        return text
    }

    /// How long ago it was given up, in seconds; of a message that does not say so, how long ago it was first seen.
    public func age(at now: Date) -> Double? {
        (diedAt ?? firstSeenAt).map { now.timeIntervalSince($0) }
    }
}

extension RequestOrigin {
    /// Of what has been republished before, whose key is only the class.
    public init(republished progress: ProgressHeaders, queue messageClass: String) {
        self.init(
            exchange: Exchange.send, routingKey: "\(messageClass).\(progress.app).\(progress.purpose)")
    }
}
