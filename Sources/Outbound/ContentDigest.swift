import AMQP
import Crypto
import Messaging

/// Sixteen hexadecimal digits that tell two requests apart which carry the same id, or none.
func contentDigest(_ delivery: Delivery) -> String {
    var hash = SHA256()
    hash.update(data: Array(delivery.routingKey.utf8) + [0])
    hash.update(data: delivery.message.body)
    return hexadecimal(hash.finalize().prefix(8))
}
