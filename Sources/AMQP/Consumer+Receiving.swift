internal import EventLoop

extension Consumer: ConnectionHolder {
    func connectionOpened(_ connection: Connection) throws(AMQPError) {
        if subscriptions.isEmpty { connectionServes() }
        for subscription in subscriptions { try start(subscription, connection) }
        if isCautious { endCautionLater() }
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
            if let content = try channel.assembler.take(header) { try take(content, channel) }
        case .body(let number, let bytes):
            guard let channel = channels[number] else { return }
            if let content = try channel.assembler.take(bytes) { try take(content, channel) }
        case .empty: break
        }
    }

    private func received(
        _ method: InboundMethod, _ channel: ConsumeChannel, _ connection: Connection
    ) throws(AMQPError) {
        switch (method, channel.state) {
        case (.delivered(let delivered), _): try channel.assembler.begin(delivered)
        // Answers come in the order of the questions, and these are asked of channels that consume.
        case (.qosOK, _) where answeredSettlementQuestion(channel): break
        case (.queueDeclareOK(let name, _, _), .declaring):
            channel.queue = name
            try stepDone(channel, connection)
        case (.channelOpenOK, .opening), (.queueBindOK, .binding), (.qosOK, .limiting), (.consumeOK, .starting),
            (.cancelOK, .stopping):
            try stepDone(channel, connection)
        case (.cancelled, .consuming), (.cancelled, .starting):
            channel.state = .idle
            report(.cancelledByBroker, channel.subscription)
            channel.subscription.resumeWaiters()
            retryLater(channel.subscription)
        case (.cancelled, .stopping):
            // It crossed our own cancel, which is answered all the same.
            break
        case (.channelClosed(let code, let text), _):
            try connection.acceptChannelClose(channel.number)
            let reason = AMQPError(replyCode: code, text: text, closing: .channel)
            // Refused before it was of use: nothing on this connection will do better.
            guard channel.state != .opening else { throw reason }
            forget(channel)
            report(.interrupted(reason), channel.subscription)
            retryLater(channel.subscription)
        default: break
        }
    }

    private func take(
        _ content: ContentAssembler<InboundMethod.DeliveredMethod>.Content, _ channel: ConsumeChannel
    ) throws(AMQPError) {
        let method = content.announcement
        try channel.unsettled.delivered(method.tag)
        channel.batch.append(
            Delivery(
                tag: DeliveryTag(epoch: channel.epoch, channel: channel.number, value: method.tag),
                exchange: method.exchange, routingKey: method.routingKey, isRedelivered: method.isRedelivered,
                message: content.message, problem: content.problem))
    }

    func drained(_ connection: Connection) throws(AMQPError) {
        for channel in channels.values where !channel.batch.isEmpty {
            let batch = channel.batch
            channel.batch = []
            // What is about to be handed back is not shown to anybody.
            if !channel.subscription.handsBack { channel.subscription.handler(batch) }
        }
    }

    func turnEnds(_ connection: Connection) throws(AMQPError) {
        try sendSettlements(connection)
    }

    func roomAvailable(_ connection: Connection) throws(AMQPError) {
        try sendSettlements(connection)
    }

    /// Only publishing is blocked.
    func connectionBlocked(reason: String) {}

    func connectionLost(_ reason: AMQPError) {
        if reason.code == .protocolError { isCautious = true }
        let lost = channels.values.sorted { $0.number < $1.number }
        for channel in lost { forget(channel) }
        for channel in lost { report(.interrupted(reason), channel.subscription) }
    }

    private func forget(_ channel: ConsumeChannel) {
        channels[channel.number] = nil
        failSettlementQuestions(channel)
        unsent.removeAll { $0 === channel }
        channel.subscription.channel = nil
        channel.subscription.resumeWaiters()
    }

    // MARK: Caution

    /// A while without another failure, and the prefetch is as it was.
    private func endCautionLater() {
        let generation = link.generation
        loop.schedule(after: link.options.cautionTime) { [weak self] in
            self?.assumeIsolated { consumer in
                guard consumer.link.connection?.generation == generation else { return }
                consumer.endCaution()
            }
        }
    }

    private func endCaution() {
        guard let connection = link.connection else { return }
        isCautious = false
        do {
            // The prefetch counts for consumers that begin after it was set; one that is idle asks for it by itself.
            for channel in channels.values where channel.state == .consuming { try cancel(channel, connection) }
        } catch {
            drop(error)
        }
    }
}
