public import AMQP
public import Messaging

/// Publishes every event on both topics, with the broker's confirm.
public struct EventPublisher: Sendable {
    /// What came of publishing an event.
    public enum Outcome: Sendable, Equatable {
        /// The broker holds it wherever somebody subscribes.
        case confirmed
        /// It may or may not be there: publish it again; its id is the same, so subscribers see it once.
        case unconfirmed(String)
    }

    private let publisher: Publisher
    private let publishesClear: Bool

    /// - Parameter publishesClear: whether `events.clear` is used at all.
    public init(publisher: Publisher, publishesClear: Bool = true) {
        self.publisher = publisher
        self.publishesClear = publishesClear
    }

    /// Publishes once and waits for the broker.
    ///
    /// A return from `events.clear` means that nobody subscribes there, and is fine; one from `events` means that the
    /// topology is damaged, since the recorder takes everything.
    public func publish(_ event: Event) async -> Outcome { await publish([event.written])[0] }

    /// Publishes events in their order and waits for the broker's answers to all of them.
    ///
    /// - Returns: what came of each, in the same order.
    public func publish(_ events: [WrittenEvent]) async -> [Outcome] {
        // A publisher that is offered nothing has nothing to answer.
        guard !events.isEmpty else { return [] }
        var publications: [Publication] = []
        publications.reserveCapacity(events.count * 2)
        for event in events {
            let properties = properties(event)
            publications.append(
                Publication(
                    Message(properties: properties, body: event.texts.redacted), to: Exchange.events,
                    routingKey: event.routingKey))
            guard publishesClear else { continue }
            publications.append(
                Publication(
                    Message(properties: properties, body: event.texts.clear), to: Exchange.clearEvents,
                    routingKey: event.routingKey))
        }
        let results = await publisher.publish(publications)
        let messagesPerEvent = publishesClear ? 2 : 1
        return events.indices.map { index in
            let own = index * messagesPerEvent..<(index + 1) * messagesPerEvent
            let reason = own.lazy.compactMap { problem(results[$0], exchange: publications[$0].exchange) }.first
            return reason.map { .unconfirmed($0) } ?? .confirmed
        }
    }

    /// Why a message does not count as published; nil when it does.
    private func problem(_ result: Result<PublishOutcome, AMQPError>, exchange: String) -> String? {
        switch result {
        case .success(.confirmed): nil
        case .success(.returned) where exchange == Exchange.clearEvents: nil
        case .success(.returned(let code, let text)): "\(exchange) returned it: \(code) \(text)"
        case .success(.refused): "\(exchange) refused it: a queue is full or has no leader"
        case .success(.unknown(let reason)): reason
        case .failure(let error): error.description
        }
    }

    private func properties(_ event: WrittenEvent) -> MessageProperties {
        var properties = MessageProperties()
        properties.contentType = "application/cloudevents+json; charset=UTF-8"
        properties.messageID = event.id
        properties.type = event.type
        properties.appID = "switchboard"
        properties.deliveryMode = .persistent
        properties.timestamp = event.timestamp
        if let traceparent = event.traceparent { properties.headers["traceparent"] = .string(traceparent) }
        return properties
    }
}
