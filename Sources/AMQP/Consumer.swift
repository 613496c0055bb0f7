public import EventLoop
public import Logging

/// Consumes queues on a connection of its own, each on a channel of its own.
///
/// Start ``run()`` in a task; it connects, and after every loss it connects again and restores the subscriptions.
/// Nothing is acknowledged by itself: every delivery must be settled once with ``ack(_:)`` or ``reject(_:requeue:)``,
/// or the broker stops at the prefetch. What is unsettled when a channel or connection goes is delivered again.
public actor Consumer {
    nonisolated let loop: EventLoop
    let link: ConnectionLink
    var subscriptions: [Subscription] = []
    var channels: [UInt16: ConsumeChannel] = [:]
    /// Channels whose settlements of this turn are not sent yet.
    var unsent: [ConsumeChannel] = []
    /// Whether the last connection ended with bytes that the library could not read: one message at a time, then, so
    /// that the broker does not count the failure against the others.
    var isCautious = false

    /// The executor of the actor: the loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    /// A consumer that does nothing until ``run()``.
    ///
    /// - Parameters:
    ///   - loop: where it lives, and where handlers are called.
    ///   - url: the broker.
    ///   - options: see there.
    ///   - logger: for losses and recoveries; bodies, keys and headers are never logged.
    ///   - onStateChange: called on the loop after every change.
    public init(
        loop: EventLoop, url: BrokerURL, options: ConnectionOptions, logger: Logger,
        onStateChange: @escaping @Sendable (ConnectionState) -> Void = { _ in }
    ) {
        self.loop = loop
        link = ConnectionLink(
            url: url, options: options, logger: logger, readsLargerFrames: true, onStateChange: onStateChange)
    }

    /// What the connection is good for.
    public var state: ConnectionState { link.state }

    /// The queues that are subscribed and not paused, and of which the broker delivers nothing now.
    public var unconsumedQueues: [String] {
        subscriptions.filter { $0.isWanted && $0.channel?.state != .consuming }.map(\.queue)
    }

    /// Connects and reconnects until the task is cancelled or the consumer is closed.
    public func run() async {
        await maintainConnection()
    }

    /// Sends the settlements that were given so far and closes the connection. What is unsettled goes back to its
    /// queue.
    public func close() async {
        if let connection = link.connection { sendSettlementsOrDrop(connection) }
        await closeConnection()
    }

    /// Consumes a queue from now on and after every reconnect. A queue that is not there, or may not be read, is tried
    /// again with growing waits of at most 5 s; a log line says so once.
    ///
    /// - Parameters:
    ///   - queue: its name.
    ///   - prefetch: how many deliveries may be unsettled, from 1 to 65535.
    ///   - onEvent: called on the loop when the subscription begins, ends or fails.
    ///   - handler: called on the loop with all deliveries of one turn, in order. It must not block.
    public func subscribe(
        _ queue: String, prefetch: Int, onEvent: @escaping @Sendable (SubscriptionEvent) -> Void = { _ in },
        handler: @escaping @Sendable ([Delivery]) -> Void
    ) {
        add(Subscription(queue, source: .queue, prefetch: prefetch, onEvent: onEvent, handler: handler))
    }

    /// Consumes a queue that exists for this connection alone and takes what the bindings name; after a reconnect it is
    /// another one, which begins empty. For looking on.
    ///
    /// - Parameters:
    ///   - bindings: what it takes.
    ///   - name: what ``pause(_:)`` and its siblings call it; the broker chooses the queue's own name.
    ///   - prefetch: how many deliveries may be unsettled, from 1 to 65535.
    ///   - onEvent: called on the loop when the subscription begins, ends or fails.
    ///   - handler: called on the loop with all deliveries of one turn, in order. It must not block.
    public func subscribe(
        toTemporaryQueueWith bindings: [QueueBinding], as name: String, prefetch: Int,
        onEvent: @escaping @Sendable (SubscriptionEvent) -> Void = { _ in },
        handler: @escaping @Sendable ([Delivery]) -> Void
    ) {
        add(Subscription(name, source: .temporary(bindings), prefetch: prefetch, onEvent: onEvent, handler: handler))
    }

    /// Acknowledges a delivery, once; a second time, or for a connection or channel that is gone, it does nothing.
    ///
    /// Returns at once. Acknowledgements are gathered and sent at the end of the loop's turn; on the loop there is no
    /// hop. One that is lost with the connection means that the message comes again.
    public nonisolated func ack(_ tag: DeliveryTag) {
        if loop.isCurrent {
            assumeIsolated { $0.acknowledge(tag) }
        } else {
            loop.execute { self.assumeIsolated { $0.acknowledge(tag) } }
        }
    }

    /// Gives a delivery back (`requeue`), or up: then the queue's policy drops or dead-letters it. As ``ack(_:)``.
    public nonisolated func reject(_ tag: DeliveryTag, requeue: Bool) {
        if loop.isCurrent {
            assumeIsolated { $0.refuse(tag, requeue: requeue) }
        } else {
            loop.execute { self.assumeIsolated { $0.refuse(tag, requeue: requeue) } }
        }
    }

    /// Stops the deliveries of a queue; returns when no more will come. What was delivered can still be settled.
    public func pause(_ queue: String) async {
        for subscription in subscriptions where subscription.queue == queue { await stopDeliveries(subscription) }
    }

    /// Begins the deliveries of a paused queue again.
    ///
    /// - Parameter prefetch: how many deliveries may be unsettled from now on, from 1 to 65535; nil leaves it as it is. Of
    ///   a queue that is being consumed, too: what was delivered stays where it is.
    public func resume(_ queue: String, prefetch: Int? = nil) {
        for subscription in subscriptions where subscription.queue == queue {
            subscription.isWanted = true
            subscription.handsBack = false
            if let prefetch { subscription.prefetch = Subscription.valid(prefetch) }
            startOrDrop(subscription)
        }
    }

    /// Pauses a queue and returns everything unsettled to it, once; returns when that is done. Settling such a delivery
    /// afterwards does nothing.
    public func handBack(_ queue: String) async {
        for subscription in subscriptions where subscription.queue == queue {
            subscription.handsBack = true
            await stopDeliveries(subscription)
        }
    }
}
