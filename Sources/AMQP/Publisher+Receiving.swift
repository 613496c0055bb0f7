internal import CLinux
internal import Logging

extension Publisher: ConnectionHolder {
    func connectionOpened(_ connection: Connection) throws(AMQPError) {
        current = try openChannel(connection, refusals: RefusalWatch())
    }

    func received(_ frame: InboundFrame, on connection: Connection) throws(AMQPError) {
        switch frame {
        case .method(let number, let method):
            if let channel = channels[number] {
                try received(method, channel, connection)
            } else if case .channelClosed = method {
                try connection.acceptChannelClose(number)
            }
        case .header(let number, let header):
            guard let channel = channels[number] else { return }
            if let content = try channel.returns.take(header) {
                noteReturn(content.announcement, content.message, channel)
            }
        case .body(let number, let bytes):
            guard let channel = channels[number] else { return }
            if let content = try channel.returns.take(bytes) {
                noteReturn(content.announcement, content.message, channel)
            }
        case .empty: break
        }
    }

    private func received(
        _ method: InboundMethod, _ channel: ConfirmChannel, _ connection: Connection
    ) throws(AMQPError) {
        switch method {
        case .channelOpenOK where channel.state == .opening:
            try connection.selectConfirms(on: channel.number)
        case .confirmSelectOK where channel.state == .opening:
            try takeOver(channel, connection)
        case .acknowledged(let tag, let multiple):
            try settle(channel, tag: tag, multiple: multiple, isAck: true, connection)
        case .refused(let tag, let multiple):
            try settle(channel, tag: tag, multiple: multiple, isAck: false, connection)
        case .returned(let returned): try channel.returns.begin(returned)
        case .channelClosed(let code, let text):
            try connection.acceptChannelClose(channel.number)
            try channelClosed(channel, AMQPError(replyCode: code, text: text, closing: .channel), connection)
        case .channelCloseOK: channels[channel.number] = nil
        default: break
        }
    }

    func drained(_ connection: Connection) throws(AMQPError) {}
    func turnEnds(_ connection: Connection) throws(AMQPError) {}

    func roomAvailable(_ connection: Connection) throws(AMQPError) {
        try sendWaiting(connection)
    }

    func connectionBlocked(reason: String) {
        // What was sent stays pending: the broker answers when the alarm is over.
        failWaiting(AMQPError(.blocked, reason))
    }

    func connectionLost(_ reason: AMQPError) {
        let lost = channels.values.sorted { $0.number < $1.number }
        channels = [:]
        current = nil
        unfinished = nil
        for channel in lost { fail(channel, reason) }
        failWaiting(AMQPError(.notConnected, "\(reason)"))
        // Nothing is overdue any more; the loss of the connection says the rest.
        saidThatConfirmsAreOverdue = false
        finishDraining()
    }

    // MARK: Confirms and returns

    private func settle(
        _ channel: ConfirmChannel, tag: UInt64, multiple: Bool, isAck: Bool, _ connection: Connection
    ) throws(AMQPError) {
        var isUseless = false
        let now = isAck ? 0 : linux_monotonic_nanoseconds()
        var refusals = channel.refusals
        let followedRefusals = refusals.followsRefusals
        try channel.unconfirmed.settle(tag: tag, multiple: multiple, isAck: isAck) { ticket, outcome in
            switch outcome {
            case .confirmed: refusals.confirmed(exchange: ticket.exchange, routingKey: ticket.routingKey)
            case .refused:
                let lost = refusals.refused(exchange: ticket.exchange, routingKey: ticket.routingKey, now: now)
                isUseless = isUseless || lost
            case .returned, .unknown: break
            }
            ticket.resolve(outcome)
        }
        channel.refusals = refusals
        if followedRefusals, !refusals.followsRefusals {
            link.logger.notice("The queue that refused every message takes some again")
        }
        if isUseless, channel === current, !channels.values.contains(where: { $0.state == .opening }) {
            if !refusals.followsRefusals {
                link.logger.notice("Every message to a queue is refused, trying other channels")
            }
            _ = try openChannel(connection, refusals: refusals.successor())
        }
        try closeIfDrained(channel, connection)
        if !waiting.isEmpty { try sendWaiting(connection) }
        finishDrainingIfIdle()
    }

    private func noteReturn(
        _ returned: InboundMethod.ReturnedMethod, _ message: Message, _ channel: ConfirmChannel
    ) {
        let found = channel.unconfirmed.markReturned(code: Int(returned.code), text: returned.text.safeToShow) {
            ticket in
            ticket.routingKey == returned.routingKey && ticket.exchange == returned.exchange
                && ticket.messageID == message.properties.messageID
        }
        if !found { link.logger.notice("The broker returned a message that is not known here") }
    }

    // MARK: Closing

    var isIdle: Bool {
        waiting.isEmpty && unfinished == nil && channels.values.allSatisfy { $0.unconfirmed.isEmpty }
    }

    func finishDraining() {
        drained?.resume()
        drained = nil
    }

    func finishDrainingIfIdle() {
        if drained != nil, isIdle { finishDraining() }
    }
}
