import AMQP
import Crypto

/// Sixteen hexadecimal digits that tell two requests apart which carry the same id, or none.
func contentDigest(_ delivery: Delivery) -> String {
    var hash = SHA256()
    hash.update(data: Array(delivery.routingKey.utf8) + [0])
    hash.update(data: delivery.message.body)
    return hexadecimal(hash.finalize().prefix(8))
}

/// Two lower-case digits for each byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
