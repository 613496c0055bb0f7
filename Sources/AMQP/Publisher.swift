internal import CLinux
public import EventLoop
public import Logging

/// Publishes messages on a connection of its own and says what became of each.
///
/// Publishing has its own connection because a broker in distress stops reading from whoever publishes, and would leave
/// acknowledgements unread, too. Start ``run()`` in a task; it connects, and connects again after every loss.
///
/// Publishes wait for their turn when more than ``ConnectionOptions/unconfirmedByteLimit`` bytes are unconfirmed, and
/// while a channel is being reopened.
public actor Publisher {
    nonisolated let loop: EventLoop
    let link: ConnectionLink
    var channels: [UInt16: ConfirmChannel] = [:]
    /// The channel for new messages.
    var current: ConfirmChannel?
    /// Messages that wait for the channel, the window or the socket, in order.
    var waiting = FirstInFirstOut<(publication: Publication, ticket: PublishTicket)>()
    /// A message whose body is being sent, in pieces.
    var unfinished: UnfinishedBody?
    var drained: CheckedContinuation<Void, Never>?
    var isClosed = false
    var deadlineWatch: LoopTimer?
    var saidThatConfirmsAreOverdue = false

    /// The executor of the actor: the loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    /// A publisher that does nothing until ``run()``.
    ///
    /// - Parameters:
    ///   - loop: where it lives; tasks that prefer the loop's task executor publish without changing threads.
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
            url: url, options: options, logger: logger, readsLargerFrames: false, onStateChange: onStateChange)
    }

    /// What the connection is good for.
    public var state: ConnectionState { link.state }

    /// Bytes of messages that the broker has not answered yet.
    public var unconfirmedBytes: Int {
        if channels.count == 1, let current { return current.unconfirmed.bytes }
        return channels.values.reduce(0) { $0 + $1.unconfirmed.bytes }
    }

    /// Connects and reconnects until the task is cancelled or the publisher is closed.
    public func run() async {
        await maintainConnection()
    }

    /// Takes no more messages, waits for the confirms of those that were sent, at most
    /// ``ConnectionOptions/drainTimeout``, and closes the connection. What is unanswered then is unknown.
    public func close() async {
        guard !isClosed else { return }
        isClosed = true
        failWaiting(AMQPError(.closed, "the publisher is closing"))
        if link.connection != nil, !isIdle {
            let timer = loop.schedule(after: link.options.drainTimeout) { [weak self] in
                self?.assumeIsolated { $0.finishDraining() }
            }
            await withCheckedContinuation { continuation in
                drained = continuation
                if link.connection == nil { finishDraining() } else { finishDrainingIfIdle() }
            }
            loop.cancel(timer)
        }
        await closeConnection()
    }

    /// Publishes a message and waits for the broker's answer.
    ///
    /// At most ``ConnectionOptions/confirmTimeout``: a quorum queue without its majority confirms nothing until it has it
    /// again. A task that is cancelled still gets the answer, for a publish cannot be taken back.
    ///
    /// - Parameters:
    ///   - message: properties and body.
    ///   - exchange: empty for the default exchange; at most 255 bytes.
    ///   - routingKey: at most 255 bytes.
    ///   - mandatory: whether the broker returns the message when no queue takes it.
    /// - Returns: what became of it.
    /// - Throws: an ``AMQPError`` when nothing was sent: the message cannot be encoded (``AMQPError/Code/invalidMessage``),
    ///   there is no connection (``AMQPError/Code/notConnected``), the broker takes no messages
    ///   (``AMQPError/Code/blocked``), or the publisher was closed (``AMQPError/Code/closed``).
    public func publish(
        _ message: Message, to exchange: String, routingKey: String, mandatory: Bool = true
    ) async throws(AMQPError) -> PublishOutcome {
        let publication = Publication(message, to: exchange, routingKey: routingKey, isMandatory: mandatory)
        return try await publish([publication])[0].get()
    }

    /// Publishes several messages, in their order, and waits for the broker's answers to all of them.
    ///
    /// - Returns: for each, in the same order, what ``publish(_:to:routingKey:mandatory:)`` would return or throw.
    public func publish(_ publications: [Publication]) async -> [Result<PublishOutcome, AMQPError>] {
        await withCheckedContinuation { continuation in
            let waiter = PublishWaiter(continuation, count: publications.count)
            let now = linux_monotonic_nanoseconds()
            for (place, publication) in publications.enumerated() {
                submit(publication, PublishTicket(publication, waiter, place: place, offeredAt: now))
            }
            watchDeadlines()
        }
    }

    /// Encodes a message and sends it or puts it behind those that wait, without an `await` in between: the memory in
    /// which messages are encoded is one for all, and a task that does not prefer the loop's executor may be suspended
    /// at every `await`.
    private func submit(_ publication: Publication, _ ticket: PublishTicket) {
        do {
            let connection = try openConnection()
            defer { connection.arena.recycle() }
            let encoded = try encode(publication, for: connection)
            if canSend(encoded), connection.hasRoom(for: encoded.sizeOfStart) {
                sendOrDrop(publication, encoded, ticket, connection)
            } else {
                waiting.append((publication, ticket))
            }
        } catch {
            ticket.fail(error)
        }
    }
}
