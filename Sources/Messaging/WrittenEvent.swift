import FoundationEssentials

/// An event as it is published: what was written once may be kept, and published later as it would have been then.
public struct WrittenEvent: Sendable, Equatable {
    /// The event's id.
    public let id: String
    /// The CloudEvents type.
    public let type: String
    /// Five words.
    public let routingKey: String
    /// When it happened, in whole seconds since 1970.
    public let timestamp: UInt64
    /// The W3C trace context of the message that it is about.
    public let traceparent: String?
    /// What each audience reads.
    public let texts: EventTexts

    /// An event that was written before.
    public init(
        id: String, type: String, routingKey: String, timestamp: UInt64, traceparent: String?, texts: EventTexts
    ) {
        self.id = id
        self.type = type
        self.routingKey = routingKey
        self.timestamp = timestamp
        self.traceparent = traceparent
        self.texts = texts
    }
}

extension Event {
    /// The event for the broker.
    public var written: WrittenEvent {
        WrittenEvent(
            id: id, type: name.type, routingKey: routingKey, timestamp: UInt64(max(0, time.timeIntervalSince1970)),
            traceparent: message.traceparent, texts: texts)
    }
}
