internal import CRabbitMQ
internal import EventLoop
internal import Logging

extension Consumer {
    func add(_ subscription: Subscription) {
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
        guard channel.state == .idle, subscription.isWanted else { return }
        if channel.prefetch != wantedPrefetch(subscription) {
            try limit(channel, connection)
        } else {
            try consume(channel, connection)
        }
    }

    func stopDeliveries(_ subscription: Subscription) async {
        subscription.isWanted = false
        guard let connection = link.connection, let channel = subscription.channel else { return }
        do {
            switch channel.state {
            case .consuming: try cancel(channel, connection)
            case .starting, .stopping: break
            case .opening, .declaring, .binding, .limiting, .idle:
                if subscription.handsBack { try becameIdle(channel, connection) }
                return
            }
        } catch {
            drop(error)
            return
        }
        await withCheckedContinuation { subscription.waiters.append($0) }
    }

    func wantedPrefetch(_ subscription: Subscription) -> UInt16 {
        isCautious ? 1 : subscription.prefetch
    }

    // MARK: Steps

    private func openChannel(_ subscription: Subscription, _ connection: Connection) throws(AMQPError) {
        let limit = connection.login.channelMax == 0 ? 65535 : connection.login.channelMax
        guard let number = (1...UInt16(clamping: max(1, limit))).first(where: { channels[$0] == nil }) else {
            throw AMQPError(.limit, "the broker allows no more channels on this connection")
        }
        let channel = ConsumeChannel(
            number: number, subscription: subscription, maximumBodySize: link.options.maximumBodySize)
        channels[number] = channel
        subscription.channel = channel
        try connection.send(
            amqp_channel_open_t(out_of_band: amqp_bytes_t()), AMQP_CHANNEL_OPEN_METHOD, on: number)
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
        let declare = amqp_queue_declare_t(
            ticket: 0, queue: amqp_bytes_t(), passive: 0, durable: 0, exclusive: 1, auto_delete: 1, nowait: 0,
            arguments: amqp_table_t())
        try connection.send(declare, AMQP_QUEUE_DECLARE_METHOD, on: channel.number)
    }

    private func bindNext(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        guard case .temporary(let bindings) = channel.subscription.source else { return }
        let remaining = if case .binding(let remaining) = channel.state { remaining } else { bindings.count }
        guard remaining > 0 else { return try limit(channel, connection) }
        channel.state = .binding(remaining: remaining - 1)
        defer { link.arena.recycle() }
        let binding = bindings[bindings.count - remaining]
        let bind = amqp_queue_bind_t(
            ticket: 0, queue: try link.arena.shortString(channel.queue, "the queue"),
            exchange: try link.arena.shortString(binding.exchange, "the exchange"),
            routing_key: try link.arena.shortString(binding.routingKey, "the binding key"), nowait: 0,
            arguments: amqp_table_t())
        try connection.send(bind, AMQP_QUEUE_BIND_METHOD, on: channel.number)
    }

    private func limit(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .limiting
        channel.prefetch = wantedPrefetch(channel.subscription)
        let qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: channel.prefetch, global: 0)
        try connection.send(qos, AMQP_BASIC_QOS_METHOD, on: channel.number)
    }

    private func consume(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .starting
        defer { link.arena.recycle() }
        let consume = amqp_basic_consume_t(
            ticket: 0, queue: try link.arena.shortString(channel.queue, "the queue"),
            consumer_tag: try link.arena.bytes(link.options.name), no_local: 0, no_ack: 0, exclusive: 0, nowait: 0,
            arguments: amqp_table_t())
        try connection.send(consume, AMQP_BASIC_CONSUME_METHOD, on: channel.number)
    }

    func cancel(_ channel: ConsumeChannel, _ connection: Connection) throws(AMQPError) {
        channel.state = .stopping
        defer { link.arena.recycle() }
        let cancel = amqp_basic_cancel_t(consumer_tag: try link.arena.bytes(link.options.name), nowait: 0)
        try connection.send(cancel, AMQP_BASIC_CANCEL_METHOD, on: channel.number)
    }

    // MARK: Failures

    func report(_ event: SubscriptionEvent, _ subscription: Subscription) {
        let queue = subscription.queue
        switch event {
        case .consuming:
            subscription.failedAttempts = 0
            if subscription.reported != nil {
                link.logger.notice("Consuming again", metadata: [LogKey.queue: "\(queue)"])
            }
            subscription.reported = nil
        case .cancelledByBroker where subscription.reported == nil:
            link.logger.warning(
                "The broker ended a subscription, trying again", metadata: [LogKey.queue: "\(queue)"])
            subscription.reported = event
        case .interrupted(let error) where subscription.reported != event && !error.isConnectionDead:
            link.logger.warning(
                "A queue cannot be consumed, trying again",
                metadata: [LogKey.queue: "\(queue)", LogKey.reason: "\(error)"])
            subscription.reported = event
        default: break
        }
        subscription.onEvent(event)
    }

    /// Tries again after a wait that grows with every failure.
    func retryLater(_ subscription: Subscription) {
        let wait = link.backoff(after: subscription.failedAttempts)
        subscription.failedAttempts += 1
        let generation = link.connection?.generation
        let queue = subscription.queue
        loop.later(wait) { [weak self] in
            self?.assumeIsolated { consumer in
                // A reconnect in between has tried already.
                guard consumer.link.connection?.generation == generation else { return }
                for subscription in consumer.subscriptions where subscription.queue == queue {
                    consumer.startOrDrop(subscription)
                }
            }
        }
    }
}
