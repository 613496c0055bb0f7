internal import CRabbitMQ

/// A message in the library's structures, valid until the arena is recycled, and proven to encode.
struct EncodedPublish {
    let exchange: amqp_bytes_t
    let routingKey: amqp_bytes_t
    var properties: amqp_basic_properties_t
    /// The same as on the wire, until another message is encoded.
    let encodedProperties: UnsafeRawBufferPointer
    /// Bytes on the wire, framing included.
    let size: Int
    /// The part of `size` that is written in one go: all but the body frames after the first.
    let sizeOfStart: Int

    /// Encodes the properties before anything is sent: the library finds out that they do not fit only after it has sent
    /// the method, and the broker would take whatever comes next for their header.
    init(
        _ publication: Publication, frameMax: Int, fragmentSize: Int, maximumBodySize: Int, arena: WireArena
    ) throws(AMQPError) {
        let message = publication.message
        guard message.body.count <= maximumBodySize else {
            throw AMQPError(.invalidMessage, "the body is longer than \(maximumBodySize) bytes")
        }
        self.exchange = try arena.shortString(publication.exchange, "the exchange")
        self.routingKey = try arena.shortString(publication.routingKey, "the routing key")
        properties = try message.properties.encoded(in: arena)
        // Frame header 7, content header 12, frame end 1.
        let scratch = try arena.scratch(frameMax - 20)
        let length = amqp_encode_properties(UInt16(AMQP_BASIC_CLASS), &properties, scratch)
        guard length >= 0 else {
            throw AMQPError(.invalidMessage, "the properties do not fit a frame of \(frameMax) bytes")
        }
        encodedProperties = UnsafeRawBufferPointer(start: scratch.bytes, count: Int(length))
        let body = message.body.count
        let framing = 64 + exchange.len + routingKey.len
        size = framing + Int(length) + body + 8 * (body / fragmentSize)
        sizeOfStart = framing + Int(length) + min(body, fragmentSize)
    }
}

/// The rest of a body that the socket had no room for.
struct UnfinishedBody {
    let channel: UInt16
    let body: [UInt8]
    var offset: Int
}
