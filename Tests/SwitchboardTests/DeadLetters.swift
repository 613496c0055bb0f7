import AMQP
import Foundation
import Messaging
import Topics

/// Messages as the worker keeps them.
enum DeadLetters {
    static let now = Date(timeIntervalSince1970: 1_795_273_200)

    static func worker(
        reason: String, id: String = "order-17", change: (inout MessageProperties) -> Void = { _ in }
    ) -> DeadLetter {
        let progress = ProgressHeaders(
            app: "shop", purpose: "order-shipped", attempts: 1, firstAt: now.addingTimeInterval(-600), reason: reason)
        let origin = RequestOrigin(exchange: Exchange.send, routingKey: "transactional.shop.order-shipped")
        var properties = progress.properties(
            burying: MessageProperties(), from: origin, at: now.addingTimeInterval(-60))
        properties.messageID = id
        properties.userID = "shop"
        change(&properties)
        let delivery = Delivery(
            tag: DeliveryTag(unattached: 1), exchange: Exchange.dead, routingKey: "transactional",
            message: Message(properties: properties, body: Array("{}".utf8)))
        return DeadLetter(delivery, from: "dead.transactional")
    }
}
