internal import CRabbitMQ

/// The methods that this driver sends.
extension Connection {
    // MARK: Connection and channels

    func close(reason: String) throws(AMQPError) {
        defer { arena.recycle() }
        try send(
            amqp_connection_close_t(
                reply_code: UInt16(AMQP_REPLY_SUCCESS), reply_text: try arena.bytes(reason), class_id: 0, method_id: 0),
            AMQP_CONNECTION_CLOSE_METHOD, on: 0)
    }

    func acceptClose() throws(AMQPError) {
        try send(amqp_connection_close_ok_t(), AMQP_CONNECTION_CLOSE_OK_METHOD, on: 0)
    }

    /// A number that is not in `used`; nil when the broker allows no more. Low numbers are used again, because the
    /// library keeps a buffer for every one it has seen.
    func freeChannel(besides used: some Collection<UInt16>) -> UInt16? {
        let limit = login.channelMax == 0 ? 65535 : login.channelMax
        return (1...UInt16(clamping: max(1, limit))).first { !used.contains($0) }
    }

    func openChannel(_ channel: UInt16) throws(AMQPError) {
        try send(amqp_channel_open_t(out_of_band: amqp_bytes_t()), AMQP_CHANNEL_OPEN_METHOD, on: channel)
    }

    func closeChannel(_ channel: UInt16, reason: String) throws(AMQPError) {
        defer { arena.recycle() }
        try send(
            amqp_channel_close_t(
                reply_code: UInt16(AMQP_REPLY_SUCCESS), reply_text: try arena.bytes(reason), class_id: 0, method_id: 0),
            AMQP_CHANNEL_CLOSE_METHOD, on: channel)
    }

    func acceptChannelClose(_ channel: UInt16) throws(AMQPError) {
        try send(amqp_channel_close_ok_t(), AMQP_CHANNEL_CLOSE_OK_METHOD, on: channel)
    }

    // MARK: Publishing

    func selectConfirms(on channel: UInt16) throws(AMQPError) {
        try send(amqp_confirm_select_t(nowait: 0), AMQP_CONFIRM_SELECT_METHOD, on: channel)
    }

    /// The method and the header of a message; its body follows with ``sendBody(_:on:)``.
    func beginPublish(
        _ encoded: EncodedPublish, bodySize: Int, mandatory: Bool, on channel: UInt16
    ) throws(AMQPError) {
        let method = amqp_basic_publish_t(
            ticket: 0, exchange: encoded.exchange, routing_key: encoded.routingKey, mandatory: mandatory ? 1 : 0,
            immediate: 0)
        try send(method, AMQP_BASIC_PUBLISH_METHOD, on: channel)
        if let frames {
            return try frames.appendHeader(encoded.encodedProperties, bodySize: bodySize, on: channel)
        }
        var properties = encoded.properties
        let status = withUnsafeMutableBytes(of: &properties) { properties in
            var frame = amqp_frame_t()
            frame.frame_type = UInt8(AMQP_FRAME_HEADER)
            frame.channel = channel
            frame.payload.properties.class_id = UInt16(AMQP_BASIC_CLASS)
            frame.payload.properties.body_size = UInt64(bodySize)
            frame.payload.properties.decoded = properties.baseAddress
            return amqp_send_frame(state, &frame)
        }
        try check(status)
    }

    /// One body frame; at most ``fragmentSize`` bytes.
    func sendBody(_ bytes: UnsafeRawBufferPointer, on channel: UInt16) throws(AMQPError) {
        willWrite()
        if let frames { return try frames.appendBody(bytes, on: channel) }
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_BODY)
        frame.channel = channel
        frame.payload.body_fragment = amqp_bytes_t(
            len: bytes.count, bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        try check(amqp_send_frame(state, &frame))
    }

    // MARK: Consuming

    func limitDeliveries(to prefetch: UInt16, on channel: UInt16) throws(AMQPError) {
        let qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch, global: 0)
        try send(qos, AMQP_BASIC_QOS_METHOD, on: channel)
    }

    func consume(_ queue: String, tag: String, on channel: UInt16) throws(AMQPError) {
        defer { arena.recycle() }
        let consume = amqp_basic_consume_t(
            ticket: 0, queue: try arena.shortString(queue, "the queue"),
            consumer_tag: try arena.shortString(tag, "the consumer tag"), no_local: 0, no_ack: 0, exclusive: 0,
            nowait: 0, arguments: amqp_table_t())
        try send(consume, AMQP_BASIC_CONSUME_METHOD, on: channel)
    }

    func cancel(tag: String, on channel: UInt16) throws(AMQPError) {
        defer { arena.recycle() }
        let cancel = amqp_basic_cancel_t(consumer_tag: try arena.shortString(tag, "the consumer tag"), nowait: 0)
        try send(cancel, AMQP_BASIC_CANCEL_METHOD, on: channel)
    }

    func settle(_ settlement: UnsettledDeliveries.Settlement, on channel: UInt16) throws(AMQPError) {
        switch settlement {
        case .acknowledge(let tag, let multiple):
            let ack = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple ? 1 : 0)
            try send(ack, AMQP_BASIC_ACK_METHOD, on: channel)
        case .reject(let tag, let requeue):
            let reject = amqp_basic_reject_t(delivery_tag: tag, requeue: requeue ? 1 : 0)
            try send(reject, AMQP_BASIC_REJECT_METHOD, on: channel)
        }
    }

    /// Returns everything that is outstanding on the channel to its queue: that is what tag 0 means.
    func requeueAll(on channel: UInt16) throws(AMQPError) {
        let nack = amqp_basic_nack_t(delivery_tag: 0, multiple: 1, requeue: 1)
        try send(nack, AMQP_BASIC_NACK_METHOD, on: channel)
    }

    // MARK: Objects

    /// A queue that only this connection may use and that goes with it; the broker gives it a name.
    func declareTemporaryQueue(on channel: UInt16) throws(AMQPError) {
        let declare = amqp_queue_declare_t(
            ticket: 0, queue: amqp_bytes_t(), passive: 0, durable: 0, exclusive: 1, auto_delete: 1, nowait: 0,
            arguments: amqp_table_t())
        try send(declare, AMQP_QUEUE_DECLARE_METHOD, on: channel)
    }

    func bind(_ queue: String, _ binding: QueueBinding, on channel: UInt16) throws(AMQPError) {
        defer { arena.recycle() }
        let bind = amqp_queue_bind_t(
            ticket: 0, queue: try arena.shortString(queue, "the queue"),
            exchange: try arena.shortString(binding.exchange, "the exchange"),
            routing_key: try arena.shortString(binding.routingKey, "the binding key"), nowait: 0,
            arguments: amqp_table_t())
        try send(bind, AMQP_QUEUE_BIND_METHOD, on: channel)
    }

    /// Asks whether a queue is there, without declaring it.
    func checkQueue(_ name: String, on channel: UInt16) throws(AMQPError) {
        defer { arena.recycle() }
        let declare = amqp_queue_declare_t(
            ticket: 0, queue: try arena.shortString(name, "the queue"), passive: 1, durable: 0, exclusive: 0,
            auto_delete: 0, nowait: 0, arguments: amqp_table_t())
        try send(declare, AMQP_QUEUE_DECLARE_METHOD, on: channel)
    }

    /// Asks whether an exchange is there, without declaring it; the broker ignores the kind then.
    func checkExchange(_ name: String, on channel: UInt16) throws(AMQPError) {
        defer { arena.recycle() }
        let declare = amqp_exchange_declare_t(
            ticket: 0, exchange: try arena.shortString(name, "the exchange"), type: try arena.bytes("topic"),
            passive: 1,
            durable: 0, auto_delete: 0, internal: 0, nowait: 0, arguments: amqp_table_t())
        try send(declare, AMQP_EXCHANGE_DECLARE_METHOD, on: channel)
    }

    private func send<Method>(
        _ method: Method, _ id: amqp_method_number_t, on channel: UInt16
    ) throws(AMQPError) {
        willWrite()
        var method = method
        if let frames {
            return try withUnsafeMutableBytes(of: &method) { (method) throws(AMQPError) in
                try frames.appendMethod(id, method.baseAddress, on: channel)
            }
        }
        let status = withUnsafeMutableBytes(of: &method) { amqp_send_method(state, channel, id, $0.baseAddress) }
        try check(status)
    }
}
