import AMQP
import FoundationEssentials
import Messaging
import Topics

/// Who sent a request and what for, as far as the broker vouches for it: all that is known before the body is read.
struct Envelope: Sendable {
    var messageID: String?
    var app: String?
    var messageClass: MessageClass
    var purpose: String?
    var correlationID: String?
    var traceparent: String?
    /// What was done for the request before it came back from a delay.
    var progress: ProgressHeaders?
    /// Where the app published it.
    var origin: RequestOrigin

    /// A delivery that CC or BCC put into a queue where it does not belong.
    struct Copied: Error {
        let reason: String
    }

    /// Reads what came beside the body.
    init(_ delivery: Delivery, from queueClass: MessageClass) throws(Copied) {
        messageClass = queueClass
        origin = RequestOrigin(exchange: delivery.exchange, routingKey: delivery.routingKey)
        switch delivery.exchange {
        case Exchange.send:
            let words = words(of: delivery.routingKey)
            guard words.first == queueClass.rawValue else {
                throw Copied(reason: "the routing key's class is not the queue's")
            }
            app = words.count > 1 && isRoutingWord(words[1]) ? words[1] : nil
            purpose = words.count == 3 && isRoutingWord(words[2]) ? words[2] : nil
        case Exchange.requeue:
            guard delivery.routingKey == queueClass.rawValue else {
                throw Copied(reason: "the routing key's class is not the queue's")
            }
            progress = ProgressHeaders(delivery.message.properties.headers)
            app = progress?.app
            purpose = progress?.purpose
            if let progress { origin = RequestOrigin(republished: progress, queue: queueClass.rawValue) }
        default:
            throw Copied(reason: "it came by neither send nor requeue")
        }
        let properties = delivery.message.properties
        if let messageID = properties.messageID, isMessageID(messageID),
            (try? refusePersonalData(messageID, field: "message_id")) != nil
        {
            self.messageID = messageID
        }
        traceparent = Topics.traceparent(of: properties)
    }

    /// Whether an operator gave the request back to be judged afresh.
    var isReplay: Bool { progress?.isReplay ?? false }
}

/// A send request that can be worked on. A reference: it is large, and every step of the journey holds it.
final class ReceivedRequest: Sendable {
    let key: MessageKey
    let purpose: String
    let envelope: Envelope
    let request: SendRequest

    init(key: MessageKey, purpose: String, envelope: Envelope, request: SendRequest) {
        self.key = key
        self.purpose = purpose
        self.envelope = envelope
        self.request = request
    }
}

/// What a delivery turned out to be.
enum Arrival: Sendable {
    case request(ReceivedRequest)
    /// It cannot be read or its sender is not who it says; ends as `message.rejected`.
    case unreadable(Envelope, RequestProblem)
    /// A copy that CC or BCC put into a queue where it does not belong.
    case copy(reason: String)

    /// Reads a delivery of the queue of `queueClass`.
    ///
    /// - Parameter requiresUserID: whether the broker must vouch for the app; only development may do without.
    init(_ delivery: Delivery, from queueClass: MessageClass, requiresUserID: Bool) {
        var envelope: Envelope
        do {
            envelope = try Envelope(delivery, from: queueClass)
        } catch {
            self = .copy(reason: error.reason)
            return
        }
        do {
            self = .request(
                try Self.read(delivery, envelope: &envelope, requiresUserID: requiresUserID))
        } catch {
            self = .unreadable(envelope, error)
        }
    }

    private static func read(
        _ delivery: Delivery, envelope: inout Envelope, requiresUserID: Bool
    ) throws(RequestProblem) -> ReceivedRequest {
        let properties = delivery.message.properties
        guard let app = envelope.app, let purpose = envelope.purpose else {
            throw delivery.exchange == Exchange.requeue
                ? RequestProblem(field: "sb-app", problem: "or sb-purpose is missing from what came back from a delay")
                : RequestProblem(field: "routing key", problem: "is not <class>.<app>.<purpose>")
        }
        if let userID = properties.userID {
            guard userID == app else { throw RequestProblem(field: "user_id", problem: "is not the app of the key") }
        } else if requiresUserID {
            throw RequestProblem(field: "user_id", problem: "is missing")
        }
        guard let messageID = properties.messageID else {
            throw RequestProblem(field: "message_id", problem: "is missing")
        }
        guard isMessageID(messageID) else {
            throw RequestProblem(field: "message_id", problem: "is not 1 to 128 of A-Z a-z 0-9 . _ : -")
        }
        try refusePersonalData(messageID, field: "message_id")
        if let correlationID = properties.correlationID, !correlationID.isEmpty {
            guard correlationID.utf8.count <= 128, correlationID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw RequestProblem(field: "correlation_id", problem: "is not 1 to 128 visible ASCII characters")
            }
            try refusePersonalData(correlationID, field: "correlation_id")
            envelope.correlationID = correlationID
        }
        switch delivery.problem {
        case nil: break
        case .headersTooDeep: throw RequestProblem(field: "headers", problem: "are nested too deeply")
        case .bodyTooLarge(let size):
            throw RequestProblem(
                field: "request", problem: "has \(size) bytes; at most \(SendRequest.maximumSize) are read")
        }
        return ReceivedRequest(
            key: MessageKey(app: app, messageID: messageID), purpose: purpose, envelope: envelope,
            request: try body(delivery.message))
    }

    private static func body(_ message: Message) throws(RequestProblem) -> SendRequest {
        let contentType = message.properties.contentType
        if contentType == nil || contentType == "application/json" { return try SendRequest(json: message.body) }
        switch contentType?.prefix(while: { $0 != ";" && $0 != " " }).lowercased() {
        case "application/json": return try SendRequest(json: message.body)
        case "application/cloudevents+json": return try SendRequest(cloudEvent: message.body)
        default:
            throw RequestProblem(
                field: "content_type", problem: "is neither application/json nor application/cloudevents+json")
        }
    }
}

/// The parts of a key between its dots: by bytes, since splitting by characters takes two microseconds.
private func words(of routingKey: String) -> [String] {
    routingKey.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { String(Substring($0)) }
}
