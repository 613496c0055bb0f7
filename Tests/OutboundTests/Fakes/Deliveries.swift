import AMQP
import Messaging
import Topics

/// Deliveries as the broker hands them over.
enum Deliveries {
    static let recipient = "+14155550132"
    static let body = "Your order has shipped"
    static let json = #"{"to": "\#(recipient)", "body": "\#(body)"}"#
    /// What the policy asks of a campaign: whose consent, and how to stop it.
    static let campaignBody = "Sale. Reply STOP to end."
    static let campaignJSON =
        #"{"to": "\#(recipient)", "body": "\#(campaignBody)", "consent": {"evidence": "signup-1"}}"#
    static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    /// A request as the app `shop` publishes it.
    static func request(
        _ json: String = json, id messageID: String? = "order-17", key: String = "transactional.shop.order-shipped",
        exchange: String = Exchange.send, userID: String? = "shop", isRedelivered: Bool = false,
        problem: Delivery.Problem? = nil, change: (inout MessageProperties) -> Void = { _ in }
    ) -> Delivery {
        var properties = MessageProperties()
        properties.contentType = "application/json"
        properties.messageID = messageID
        properties.userID = userID
        properties.deliveryMode = .persistent
        change(&properties)
        return Delivery(
            tag: DeliveryTag(unattached: 1), exchange: exchange, routingKey: key, isRedelivered: isRedelivered,
            message: Message(properties: properties, body: Array(json.utf8)), problem: problem)
    }

    /// The same for a campaign.
    static func promotional(_ json: String = campaignJSON, id messageID: String = "order-17") -> Delivery {
        request(json, id: messageID, key: "promotional.shop.spring")
    }

    /// The same delivery once more, after a connection was lost.
    static func redelivered(_ delivery: Delivery) -> Delivery {
        Delivery(
            tag: DeliveryTag(unattached: 2), exchange: delivery.exchange, routingKey: delivery.routingKey,
            isRedelivered: true, message: delivery.message, problem: delivery.problem)
    }

    /// What comes back from the delay ladder: the broker adds headers of its own.
    static func returned(_ message: Message, _ queueClass: MessageClass) -> Delivery {
        var message = message
        message.properties.headers["x-death"] = .array([.table(["queue": .string("delay"), "count": .int64(1)])])
        message.properties.headers["x-first-death-reason"] = .string("expired")
        return Delivery(
            tag: DeliveryTag(unattached: 3), exchange: Exchange.requeue, routingKey: queueClass.rawValue,
            message: message)
    }
}
