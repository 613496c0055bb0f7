internal import CRabbitMQ

extension Consumer {
    func acknowledge(_ tag: DeliveryTag) {
        guard let channel = channel(of: tag), channel.unsettled.acknowledge(tag.value) else { return }
        sendAtEndOfTurn(channel)
    }

    func refuse(_ tag: DeliveryTag, requeue: Bool) {
        guard let channel = channel(of: tag), channel.unsettled.reject(tag.value, requeue: requeue) else { return }
        sendAtEndOfTurn(channel)
    }

    private func channel(of tag: DeliveryTag) -> ConsumeChannel? {
        guard let channel = channels[tag.channel], channel.epoch == tag.epoch else { return nil }
        return channel
    }

    private func sendAtEndOfTurn(_ channel: ConsumeChannel) {
        if !unsent.contains(where: { $0 === channel }) { unsent.append(channel) }
        link.connection?.announceEndOfTurn()
    }

    func sendSettlementsOrDrop(_ connection: Connection) {
        do {
            try sendSettlements(connection)
        } catch {
            drop(error)
        }
    }

    func sendSettlements(_ connection: Connection) throws(AMQPError) {
        for channel in unsent { try sendSettlements(channel, connection) }
        unsent.removeAll { !$0.unsettled.hasUnsent }
    }

    private func sendSettlements(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        let number = channel.number
        try channel.unsettled.send { (settlement) throws(AMQPError) in
            guard connection.hasRoom(for: 32) else { return false }
            switch settlement {
            case .acknowledge(let tag, let multiple):
                let ack = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple ? 1 : 0)
                try connection.send(ack, AMQP_BASIC_ACK_METHOD, on: number)
            case .reject(let tag, let requeue):
                let reject = amqp_basic_reject_t(delivery_tag: tag, requeue: requeue ? 1 : 0)
                try connection.send(reject, AMQP_BASIC_REJECT_METHOD, on: number)
            }
            return true
        }
    }

    /// Returns everything unsettled to the queue, with one frame, after what was settled before.
    func handBackUnsettled(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        try sendSettlements(channel, connection)
        if channel.unsettled.outstandingCount > 0 {
            // Tag 0 means all.
            let nack = amqp_basic_nack_t(delivery_tag: 0, multiple: 1, requeue: 1)
            try connection.send(nack, AMQP_BASIC_NACK_METHOD, on: channel.number)
        }
        channel.unsettled.removeAll()
        unsent.removeAll { $0 === channel }
    }
}
