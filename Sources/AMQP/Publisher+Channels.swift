internal import EventLoop
internal import Logging

/// Opening, replacing and losing channels.
extension Publisher {
    func openChannel(_ connection: Connection, refusals: RefusalWatch) throws(AMQPError) -> ConfirmChannel? {
        guard let number = connection.freeChannel(besides: channels.keys) else { return nil }
        let channel = ConfirmChannel(number: number, maximumBodySize: link.options.maximumBodySize)
        channel.refusals = refusals
        channels[number] = channel
        try connection.openChannel(number)
        let generation = connection.generation
        loop.schedule(after: link.options.answerTimeout) { [weak self] in
            self?.assumeIsolated { $0.giveUp(ifOpening: number, on: generation) }
        }
        return channel
    }

    private func giveUp(ifOpening number: UInt16, on generation: UInt64) {
        guard link.connection?.generation == generation, channels[number]?.state == .opening else { return }
        drop(.noAnswer)
    }

    func takeOver(_ channel: ConfirmChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .ready
        if let old = current, old !== channel {
            old.state = .draining
            current = channel
            try closeIfDrained(old, connection)
        }
        connectionServes()
        try sendWaiting(connection)
    }

    func closeIfDrained(_ channel: ConfirmChannel, _ connection: Connection) throws(AMQPError) {
        guard channel.state == .draining, channel.unconfirmed.isEmpty, unfinished?.channel != channel.number else {
            return
        }
        channel.state = .closing
        try connection.closeChannel(channel.number, reason: "replaced")
    }

    /// The broker closed a channel: one message named something that is not there or not allowed, and the fate of all
    /// that were not confirmed is open.
    func channelClosed(
        _ channel: ConfirmChannel, _ reason: AMQPError, _ connection: Connection
    ) throws(AMQPError) {
        // A channel that is closed before it was of use would be closed again, without end.
        guard channel.state != .opening else { throw reason }
        link.logger.warning(
            "The broker closed a channel for publishing, opening it again", metadata: [LogKey.reason: "\(reason)"])
        channels[channel.number] = nil
        if unfinished?.channel == channel.number { unfinished = nil }
        fail(channel, reason)
        if current === channel { current = try openChannel(connection, refusals: RefusalWatch()) }
        finishDrainingIfIdle()
    }

    func fail(_ channel: ConfirmChannel, _ reason: AMQPError) {
        for ticket in channel.unconfirmed.removeAll() { ticket.resolve(.unknown(reason: "\(reason)")) }
    }
}
