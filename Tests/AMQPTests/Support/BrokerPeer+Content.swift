/// A message as the peer saw it.
struct PublishedMessage {
    let channel: UInt16
    let exchange: String
    let routingKey: String
    let isMandatory: Bool
    /// The header frame's payload after class, weight and size: flags and properties.
    let properties: [UInt8]
    let body: [UInt8]
    /// How many frames carried the body.
    let bodyFrames: Int
}

extension BrokerPeer {
    /// The next message that the client publishes.
    func publish() throws -> PublishedMessage {
        try publish(begunWith: try frame())
    }

    /// The message whose first frame was read already.
    func publish(begunWith frame: WireFrame) throws -> PublishedMessage {
        guard frame.methodID == .basicPublish else {
            throw PeerError("a publish expected, got \(frame.methodID?.description ?? "type \(frame.type)")")
        }
        var arguments = frame.arguments
        _ = arguments.short()
        let (exchange, routingKey) = (arguments.shortString(), arguments.shortString())
        let isMandatory = arguments.octet() & 1 != 0
        let header = try self.frame()
        guard header.type == WireFrame.header, header.channel == frame.channel else {
            throw PeerError("a content header expected")
        }
        var reader = WireReader(header.payload)
        _ = reader.long()
        let size = Int(reader.longLong())
        var body: [UInt8] = []
        var count = 0
        while body.count < size {
            let part = try self.frame()
            guard part.type == WireFrame.body, part.channel == frame.channel else { throw PeerError("a body expected") }
            body += part.payload
            count += 1
        }
        return PublishedMessage(
            channel: frame.channel, exchange: exchange, routingKey: routingKey, isMandatory: isMandatory,
            properties: reader.remaining, body: body, bodyFrames: count)
    }

    func confirm(_ tag: UInt64, multiple: Bool = false, on channel: UInt16 = 1) throws {
        try send(.basicAck, on: channel) { writer in
            writer.longLong(tag)
            writer.octet(multiple ? 1 : 0)
        }
    }

    func refuse(_ tag: UInt64, multiple: Bool = false, on channel: UInt16 = 1) throws {
        try send(.basicNack, on: channel) { writer in
            writer.longLong(tag)
            writer.octet(multiple ? 1 : 0)
        }
    }

    func returnMessage(_ message: PublishedMessage, code: UInt16 = 312, text: String = "NO_ROUTE") throws {
        try send(.basicReturn, on: message.channel) { writer in
            writer.short(code)
            writer.shortString(text)
            writer.shortString(message.exchange)
            writer.shortString(message.routingKey)
        }
        try sendContent(message.properties, message.body, on: message.channel)
    }

    func closeChannel(_ channel: UInt16, code: UInt16, text: String) throws {
        try send(.channelClose, on: channel) { writer in
            writer.short(code)
            writer.shortString(text)
            writer.long(0)
        }
    }

    // MARK: Deliveries

    static func deliver(
        _ tag: UInt64, on channel: UInt16, redelivered: Bool = false, exchange: String = "send",
        routingKey: String = "transactional.shop.order"
    ) -> WireFrame {
        method(.basicDeliver, on: channel) { writer in
            writer.shortString("switchboard")
            writer.longLong(tag)
            writer.octet(redelivered ? 1 : 0)
            writer.shortString(exchange)
            writer.shortString(routingKey)
        }
    }

    static func header(size: UInt64, _ properties: [UInt8] = [0, 0], on channel: UInt16) -> WireFrame {
        WireFrame(
            type: WireFrame.header, channel: channel,
            payload: WireWriter.make { writer in
                writer.short(60)
                writer.short(0)
                writer.longLong(size)
                writer.bytes += properties
            })
    }

    static func body(_ bytes: some Sequence<UInt8>, on channel: UInt16) -> WireFrame {
        WireFrame(type: WireFrame.body, channel: channel, payload: Array(bytes))
    }

    func sendContent(_ properties: [UInt8], _ body: [UInt8], on channel: UInt16) throws {
        try send(Self.header(size: UInt64(body.count), properties, on: channel))
        if !body.isEmpty { try send(Self.body(body, on: channel)) }
    }

    func deliver(_ tag: UInt64, _ text: String, on channel: UInt16, properties: [UInt8] = [0, 0]) throws {
        try send(Self.deliver(tag, on: channel))
        try sendContent(properties, Array(text.utf8), on: channel)
    }

    /// The next settlement of the client, in words.
    func settlement() throws -> String {
        let frame = try frame()
        var arguments = frame.arguments
        let tag = arguments.longLong()
        let bits = arguments.octet()
        switch frame.methodID {
        case .basicAck: return bits & 1 != 0 ? "ack up to \(tag)" : "ack \(tag)"
        case .basicReject: return bits & 1 != 0 ? "requeue \(tag)" : "reject \(tag)"
        case .basicNack: return "nack \(tag) bits \(bits)"
        default: throw PeerError("a settlement expected, got \(frame.methodID?.description ?? "-")")
        }
    }
}
