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
        guard publishesClear else { return await publish(event, for: .redacted) }
        async let clear = publish(event, for: .clear)
        let redacted = await publish(event, for: .redacted)
        let second = await clear
        return redacted == .confirmed ? second : redacted
    }

    private func publish(_ event: Event, for audience: Audience) async -> Outcome {
        let exchange = audience == .clear ? Exchange.clearEvents : Exchange.events
        let message = Message(properties: properties(event), body: event.json(for: audience))
        do {
            switch try await publisher.publish(message, to: exchange, routingKey: event.routingKey, mandatory: true) {
            case .confirmed: return .confirmed
            case .returned where audience == .clear: return .confirmed
            case .returned(let code, let text): return .unconfirmed("\(exchange) returned it: \(code) \(text)")
            case .refused: return .unconfirmed("\(exchange) refused it: a queue is full or has no leader")
            case .unknown(let reason): return .unconfirmed(reason)
            }
        } catch {
            return .unconfirmed(error.description)
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
