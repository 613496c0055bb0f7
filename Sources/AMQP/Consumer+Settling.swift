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
            try connection.settle(settlement, on: number)
            return true
        }
    }

    /// Returns everything unsettled to the queue, with one frame, after what was settled before.
    func handBackUnsettled(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        try sendSettlements(channel, connection)
        if channel.unsettled.outstandingCount > 0 {
            try connection.requeueAll(on: channel.number)
        }
        channel.unsettled.removeAll()
        unsent.removeAll { $0 === channel }
    }
}
