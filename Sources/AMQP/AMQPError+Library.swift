internal import CRabbitMQ

extension AMQPError {
    /// What a status of librabbitmq means once the connection is open.
    init(status: Int32, during action: String) {
        let text = String(cString: amqp_error_string2(status))
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
            AMQP_STATUS_WRONG_METHOD, AMQP_STATUS_UNEXPECTED_STATE:
            self.init(.protocolError, "\(action): \(text)")
        case AMQP_STATUS_NO_MEMORY, AMQP_STATUS_TIMER_FAILURE:
            self.init(.limit, "\(action): \(text)")
        case AMQP_STATUS_SSL_ERROR:
            self.init(.connectionLost, "\(action): the TLS connection broke")
        default:
            self.init(.connectionLost, "\(action): \(text)")
        }
    }

    /// What the broker said when it closed a channel or a connection.
    init(replyCode: UInt16, text: String, closing: ClosedObject) {
        let code: Code =
            switch (replyCode, closing) {
            case (403, _), (530, _): .accessRefused
            case (404, .channel): .notFound
            case (405, .channel), (406, .channel): .preconditionFailed
            case (_, .channel): .channelClosed
            case (_, .connection): .connectionLost
            }
        self.init(code, "\(replyCode) \(text.safeToShow)", isConnectionDead: closing == .connection)
    }

    /// What a reply code closed.
    enum ClosedObject {
        case channel, connection
    }
}

extension String {
    /// The broker's words without control characters, at most 255 of them.
    var safeToShow: String {
        String(unicodeScalars.prefix(255).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}
