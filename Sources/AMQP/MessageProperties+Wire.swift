internal import CRabbitMQ

extension MessageProperties {
    /// The library's structure, in the arena's memory.
    func encoded(in arena: WireArena) throws(AMQPError) -> amqp_basic_properties_t {
        var wire = amqp_basic_properties_t()
        func set(
            _ text: String?, _ name: StaticString, _ flag: Int32, _ field: inout amqp_bytes_t,
            _ flags: inout amqp_flags_t
        ) throws(AMQPError) {
            guard let text else { return }
            field = try arena.shortString(text, "\(name)")
            flags |= amqp_flags_t(flag)
        }
        try set(contentType, "content_type", AMQP_BASIC_CONTENT_TYPE_FLAG, &wire.content_type, &wire._flags)
        try set(
            contentEncoding, "content_encoding", AMQP_BASIC_CONTENT_ENCODING_FLAG, &wire.content_encoding, &wire._flags)
        try set(correlationID, "correlation_id", AMQP_BASIC_CORRELATION_ID_FLAG, &wire.correlation_id, &wire._flags)
        try set(replyTo, "reply_to", AMQP_BASIC_REPLY_TO_FLAG, &wire.reply_to, &wire._flags)
        try set(expiration, "expiration", AMQP_BASIC_EXPIRATION_FLAG, &wire.expiration, &wire._flags)
        try set(messageID, "message_id", AMQP_BASIC_MESSAGE_ID_FLAG, &wire.message_id, &wire._flags)
        try set(type, "type", AMQP_BASIC_TYPE_FLAG, &wire.type, &wire._flags)
        try set(userID, "user_id", AMQP_BASIC_USER_ID_FLAG, &wire.user_id, &wire._flags)
        try set(appID, "app_id", AMQP_BASIC_APP_ID_FLAG, &wire.app_id, &wire._flags)
        if !headers.isEmpty {
            wire.headers = try arena.table(headers)
            wire._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
        }
        if let deliveryMode {
            wire.delivery_mode = deliveryMode.rawValue
            wire._flags |= amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
        }
        if let priority {
            wire.priority = priority
            wire._flags |= amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG)
        }
        if let timestamp {
            wire.timestamp = timestamp
            wire._flags |= amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
        }
        return wire
    }

    /// Reads the library's structure. When the headers are too deep they are left out and `problem` is set.
    init(_ wire: amqp_basic_properties_t, problem: inout Delivery.Problem?) {
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            wire._flags & amqp_flags_t(flag) != 0 ? String(bytes) : nil
        }
        contentType = text(AMQP_BASIC_CONTENT_TYPE_FLAG, wire.content_type)
        contentEncoding = text(AMQP_BASIC_CONTENT_ENCODING_FLAG, wire.content_encoding)
        correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, wire.correlation_id)
        replyTo = text(AMQP_BASIC_REPLY_TO_FLAG, wire.reply_to)
        expiration = text(AMQP_BASIC_EXPIRATION_FLAG, wire.expiration)
        messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, wire.message_id)
        type = text(AMQP_BASIC_TYPE_FLAG, wire.type)
        userID = text(AMQP_BASIC_USER_ID_FLAG, wire.user_id)
        appID = text(AMQP_BASIC_APP_ID_FLAG, wire.app_id)
        if wire._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 {
            do {
                headers = try FieldValue.table(from: wire.headers)
            } catch {
                problem = .headersTooDeep
            }
        }
        if wire._flags & amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG) != 0 {
            deliveryMode = DeliveryMode(rawValue: wire.delivery_mode) ?? .transient
        }
        if wire._flags & amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG) != 0 { priority = wire.priority }
        if wire._flags & amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG) != 0 { timestamp = wire.timestamp }
    }
}
