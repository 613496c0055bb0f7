import AMQP
import Crypto

/// Sixteen hexadecimal digits that tell two requests apart which carry the same id, or none.
func contentDigest(_ delivery: Delivery) -> String {
    var hash = SHA256()
    hash.update(data: Array(delivery.routingKey.utf8) + [0])
    hash.update(data: delivery.message.body)
    return hash.finalize().prefix(8).map { byte in
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
}
