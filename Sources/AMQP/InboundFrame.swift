internal import CRabbitMQ

/// A frame from the broker. Pointers in it are valid until the next call into the library.
enum InboundFrame {
    case method(channel: UInt16, InboundMethod)
    case header(channel: UInt16, ContentHeader)
    case body(channel: UInt16, UnsafeRawBufferPointer)
    /// A frame that carries nothing, or whose type this protocol does not have.
    case empty

    init(_ frame: amqp_frame_t) throws(AMQPError) {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            self = .method(channel: frame.channel, InboundMethod(frame.payload.method))
        case AMQP_FRAME_HEADER:
            self = .header(channel: frame.channel, try ContentHeader(frame))
        case AMQP_FRAME_BODY:
            self = .body(channel: frame.channel, UnsafeRawBufferPointer(frame.payload.body_fragment))
        default:
            self = .empty
        }
    }
}

/// The header frame of a message.
struct ContentHeader {
    let bodySize: UInt64
    let properties: MessageProperties
    let problem: Delivery.Problem?

    fileprivate init(_ frame: amqp_frame_t) throws(AMQPError) {
        let header = frame.payload.properties
        // The library decodes the headers of other classes into other structures.
        guard Int32(header.class_id) == AMQP_BASIC_CLASS, let decoded = header.decoded else {
            throw AMQPError(.protocolError, "a content header of class \(header.class_id)")
        }
        var problem: Delivery.Problem?
        properties = MessageProperties(
            decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee, problem: &problem)
        self.problem = problem
        bodySize = header.body_size
    }
}

/// A method from the broker, as far as this driver has to do with it.
enum InboundMethod {
    case connectionClosed(code: UInt16, text: String)
    case connectionCloseOK
    case blocked(reason: String)
    case unblocked
    case channelOpenOK
    case channelClosed(code: UInt16, text: String)
    case channelCloseOK
    case confirmSelectOK
    case qosOK
    case consumeOK
    case cancelled(consumer: String)
    case cancelOK(consumer: String)
    case delivered(DeliveredMethod)
    case returned(ReturnedMethod)
    case acknowledged(tag: UInt64, multiple: Bool)
    case refused(tag: UInt64, multiple: Bool)
    case queueDeclareOK(name: String, messages: UInt32, consumers: UInt32)
    case queueBindOK
    case exchangeDeclareOK
    case other(UInt32)

    /// `basic.deliver`
    struct DeliveredMethod {
        let tag: UInt64
        let isRedelivered: Bool
        let exchange: String
        let routingKey: String
    }

    /// `basic.return`
    struct ReturnedMethod {
        let code: UInt16
        let text: String
        let exchange: String
        let routingKey: String
    }

    init(_ method: amqp_method_t) {
        guard let decoded = method.decoded else {
            self = .other(method.id)
            return
        }
        func read<T>(_ type: T.Type) -> T { decoded.assumingMemoryBound(to: type).pointee }
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = read(amqp_basic_deliver_t.self)
            self = .delivered(
                DeliveredMethod(
                    tag: deliver.delivery_tag, isRedelivered: deliver.redelivered != 0,
                    exchange: String(deliver.exchange), routingKey: String(deliver.routing_key)))
        case AMQP_BASIC_ACK_METHOD:
            let ack = read(amqp_basic_ack_t.self)
            self = .acknowledged(tag: ack.delivery_tag, multiple: ack.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let nack = read(amqp_basic_nack_t.self)
            self = .refused(tag: nack.delivery_tag, multiple: nack.multiple != 0)
        case AMQP_BASIC_RETURN_METHOD:
            let returned = read(amqp_basic_return_t.self)
            self = .returned(
                ReturnedMethod(
                    code: returned.reply_code, text: String(returned.reply_text),
                    exchange: String(returned.exchange), routingKey: String(returned.routing_key)))
        case AMQP_BASIC_CANCEL_METHOD: self = .cancelled(consumer: String(read(amqp_basic_cancel_t.self).consumer_tag))
        case AMQP_BASIC_CANCEL_OK_METHOD:
            self = .cancelOK(consumer: String(read(amqp_basic_cancel_ok_t.self).consumer_tag))
        case AMQP_BASIC_CONSUME_OK_METHOD: self = .consumeOK
        case AMQP_BASIC_QOS_OK_METHOD: self = .qosOK
        case AMQP_CONFIRM_SELECT_OK_METHOD: self = .confirmSelectOK
        case AMQP_CHANNEL_OPEN_OK_METHOD: self = .channelOpenOK
        case AMQP_CHANNEL_CLOSE_METHOD:
            let close = read(amqp_channel_close_t.self)
            self = .channelClosed(code: close.reply_code, text: String(close.reply_text))
        case AMQP_CHANNEL_CLOSE_OK_METHOD: self = .channelCloseOK
        case AMQP_CONNECTION_CLOSE_METHOD:
            let close = read(amqp_connection_close_t.self)
            self = .connectionClosed(code: close.reply_code, text: String(close.reply_text))
        case AMQP_CONNECTION_CLOSE_OK_METHOD: self = .connectionCloseOK
        case AMQP_CONNECTION_BLOCKED_METHOD:
            self = .blocked(reason: String(read(amqp_connection_blocked_t.self).reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD: self = .unblocked
        case AMQP_QUEUE_DECLARE_OK_METHOD:
            let declared = read(amqp_queue_declare_ok_t.self)
            self = .queueDeclareOK(
                name: String(declared.queue), messages: declared.message_count, consumers: declared.consumer_count)
        case AMQP_QUEUE_BIND_OK_METHOD: self = .queueBindOK
        case AMQP_EXCHANGE_DECLARE_OK_METHOD: self = .exchangeDeclareOK
        default: self = .other(method.id)
        }
    }
}
