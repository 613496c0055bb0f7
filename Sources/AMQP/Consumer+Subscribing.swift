internal import EventLoop
internal import Logging

extension Consumer {
    func add(_ subscription: Subscription) {
        guard subscription.hasValidNames else {
            let problem = AMQPError(.invalidMessage, "a name or key is longer than 255 bytes")
            link.logger.error(
                "A queue can never be consumed",
                metadata: [LogKey.queue: "\(subscription.queue.safeToShow)", LogKey.reason: "\(problem)"])
            return subscription.onEvent(.interrupted(problem))
        }
        subscriptions.append(subscription)
        startOrDrop(subscription)
    }

    func startOrDrop(_ subscription: Subscription) {
        guard let connection = link.connection else { return }
        do {
            try start(subscription, connection)
        } catch {
            drop(error)
        }
    }

    /// Takes the next step towards deliveries, if one can be taken now.
    func start(_ subscription: Subscription, _ connection: Connection) throws(AMQPError) {
        guard let channel = subscription.channel else { return try openChannel(subscription, connection) }
        // The prefetch counts for consumers that begin after it was set.
        if channel.state == .consuming, channel.prefetch != wantedPrefetch(subscription) {
            return try cancel(channel, connection)
        }
        guard channel.state == .idle, subscription.isWanted else { return }
        if channel.prefetch != wantedPrefetch(subscription) {
            try limit(channel, connection)
        } else {
            try consume(channel, connection)
        }
    }

    func stopDeliveries(_ subscription: Subscription) async {
        subscription.isWanted = false
        await withCheckedContinuation { continuation in
            // The broker's answer may come before the task is back, so the wait begins with the question.
            if mustWaitForEnd(of: subscription) {
                subscription.waiters.append(continuation)
            } else {
                continuation.resume()
            }
        }
    }

    /// Cancels what is being consumed; false when nothing is, and nothing needs to be waited for.
    private func mustWaitForEnd(of subscription: Subscription) -> Bool {
        guard let connection = link.connection, let channel = subscription.channel else { return false }
        do {
            switch channel.state {
            case .consuming: try cancel(channel, connection)
            case .starting, .stopping: break
            case .opening, .declaring, .binding, .limiting, .idle:
                if subscription.handsBack { try becameIdle(channel, connection) }
                return false
            }
        } catch {
            drop(error)
            return false
        }
        return true
    }

    func wantedPrefetch(_ subscription: Subscription) -> UInt16 {
        isCautious ? 1 : subscription.prefetch
    }

    // MARK: Steps

    private func openChannel(_ subscription: Subscription, _ connection: Connection) throws(AMQPError) {
        guard let number = connection.freeChannel(besides: channels.keys) else {
            throw AMQPError(.limit, "the broker allows no more channels on this connection")
        }
        let channel = ConsumeChannel(
            number: number, subscription: subscription, maximumBodySize: link.options.maximumBodySize)
        channels[number] = channel
        subscription.channel = channel
        try connection.openChannel(number)
        expectAnswer(channel)
    }

    /// What follows when the broker has said yes to the last step.
    func stepDone(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        switch channel.state {
        case .opening:
            connectionServes()
            if case .temporary = channel.subscription.source {
                try declare(channel, connection)
            } else {
                try limit(channel, connection)
            }
        case .declaring, .binding:
            try bindNext(channel, connection)
        case .limiting:
            channel.state = .idle
            try becameIdle(channel, connection)
        case .starting:
            channel.state = .consuming
            report(.consuming, channel.subscription)
            // What was asked for meanwhile, or a caution that ended.
            if !channel.subscription.isWanted || channel.prefetch != wantedPrefetch(channel.subscription) {
                try cancel(channel, connection)
            }
        case .stopping:
            channel.state = .idle
            try becameIdle(channel, connection)
        case .idle, .consuming: break
        }
    }

    /// No more deliveries come: for whoever waits for that, and for a start that was asked for meanwhile.
    func becameIdle(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        let subscription = channel.subscription
        if subscription.handsBack {
            channel.batch = []
            try handBackUnsettled(channel, connection)
        }
        subscription.resumeWaiters()
        try start(subscription, connection)
    }

    private func declare(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .declaring
        expectAnswer(channel)
        try connection.declareTemporaryQueue(on: channel.number)
    }

    private func bindNext(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        guard case .temporary(let bindings) = channel.subscription.source else { return }
        let remaining = if case .binding(let remaining) = channel.state { remaining } else { bindings.count }
        guard remaining > 0 else { return try limit(channel, connection) }
        channel.state = .binding(remaining: remaining - 1)
        expectAnswer(channel)
        try connection.bind(channel.queue, bindings[bindings.count - remaining], on: channel.number)
    }

    private func limit(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .limiting
        expectAnswer(channel)
        channel.prefetch = wantedPrefetch(channel.subscription)
        try connection.limitDeliveries(to: channel.prefetch, on: channel.number)
    }

    private func consume(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .starting
        expectAnswer(channel)
        channel.consumers += 1
        try connection.consume(channel.queue, tag: consumerTag(channel), on: channel.number)
    }

    func cancel(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .stopping
        expectAnswer(channel)
        try connection.cancel(tag: consumerTag(channel), on: channel.number)
    }

    /// Gives the connection up when the channel is still in its state after a while.
    private func expectAnswer(_ channel: ConsumeChannel) {
        let (number, epoch, step) = (channel.number, channel.epoch, channel.step)
        loop.schedule(after: link.options.answerTimeout) { [weak self] in
            self?.assumeIsolated { consumer in
                guard let channel = consumer.channels[number], channel.epoch == epoch, channel.step == step else {
                    return
                }
                consumer.drop(.noAnswer)
            }
        }
    }

    /// Shown to operators; each channel has one consumer, so one name serves for all. A quorum queue of RabbitMQ before 3.10.9
    /// takes a consumer that begins again under its old tag for the old one, and breaks the channel
    /// (<https://github.com/rabbitmq/rabbitmq-server/issues/5927>), so that each gets a tag of its own.
    private func consumerTag(_ channel: ConsumeChannel) -> String {
        let name = link.options.name.utf8.count <= 240 ? link.options.name : "consumer"
        return channel.consumers > 1 ? "\(name) \(channel.consumers)" : name
    }
}
