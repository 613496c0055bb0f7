public import AMQP
import FoundationEssentials
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
    public func publish(_ event: Event) async -> Outcome {
        let key = event.routingKey
        let properties = properties(event)
        let texts = event.texts
        var publications = [
            Publication(Message(properties: properties, body: texts.redacted), to: Exchange.events, routingKey: key)
        ]
        if publishesClear {
            publications.append(
                Publication(
                    Message(properties: properties, body: texts.clear), to: Exchange.clearEvents, routingKey: key))
        }
        let results = await publisher.publish(publications)
        for (publication, result) in zip(publications, results) {
            if let reason = problem(result, exchange: publication.exchange) { return .unconfirmed(reason) }
        }
        return .confirmed
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

    private func properties(_ event: Event) -> MessageProperties {
        var properties = MessageProperties()
        properties.contentType = "application/cloudevents+json; charset=UTF-8"
        properties.messageID = event.id
        properties.type = event.name.type
        properties.appID = "switchboard"
        properties.deliveryMode = .persistent
        properties.timestamp = UInt64(max(0, event.time.timeIntervalSince1970))
        if let traceparent = event.message.traceparent { properties.headers["traceparent"] = .string(traceparent) }
        return properties
    }
}
