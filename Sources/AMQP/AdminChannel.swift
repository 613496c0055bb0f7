internal import CRabbitMQ
public import EventLoop
public import Logging

/// Asks the broker about its objects, on a short-lived connection of its own. Calls are answered one after the other.
///
/// Nothing is declared or changed.
public actor AdminChannel {
    nonisolated let loop: EventLoop
    let link: ConnectionLink
    private var isChannelOpen = false
    private var isBusy = false
    private var asked = 0
    private var queued = FirstInFirstOut<CheckedContinuation<Void, Never>>()
    private var answer: CheckedContinuation<Result<InboundMethod, AMQPError>, Never>?

    /// The executor of the actor: the loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    /// A channel that does nothing until ``open()``.
    public init(loop: EventLoop, url: BrokerURL, options: ConnectionOptions, logger: Logger) {
        self.loop = loop
        link = ConnectionLink(
            url: url, options: options, logger: logger, readsLargerFrames: false, onStateChange: { _ in })
    }

    /// Connects once, without trying again.
    ///
    /// - Returns: what the broker says of itself.
    public func open() async throws(AMQPError) -> ServerIdentity {
        switch await logIn() {
        case .failure(let error): throw error
        case .success(let login):
            adopt(login)
            guard link.connection != nil else { throw AMQPError(.limit, "the connection cannot be watched") }
            return login.server
        }
    }

    /// How many messages and consumers a queue has.
    ///
    /// - Throws: ``AMQPError/Code/notFound``, ``AMQPError/Code/accessRefused``, which the broker may also answer for a
    ///   queue that is not there, or an error of the connection.
    public func checkQueue(_ name: String) async throws(AMQPError) -> QueueStatus {
        let declare = amqp_queue_declare_t(
            ticket: 0, queue: amqp_bytes_t(), passive: 1, durable: 0, exclusive: 0, auto_delete: 0, nowait: 0,
            arguments: amqp_table_t())
        let method = try await ask { (channel, connection) throws(AMQPError) in
            var declare = declare
            declare.queue = try channel.link.arena.shortString(name, "the queue")
            try connection.send(declare, AMQP_QUEUE_DECLARE_METHOD, on: 1)
        }
        guard case .queueDeclareOK(_, let messages, let consumers) = method else { throw Self.unexpected }
        return QueueStatus(messages: Int(messages), consumers: Int(consumers))
    }

    /// Returns when the exchange is there.
    ///
    /// - Throws: as ``checkQueue(_:)``.
    public func checkExchange(_ name: String) async throws(AMQPError) {
        let declare = amqp_exchange_declare_t(
            ticket: 0, exchange: amqp_bytes_t(), type: amqp_bytes_t(), passive: 1, durable: 0, auto_delete: 0,
            internal: 0, nowait: 0, arguments: amqp_table_t())
        let method = try await ask { (channel, connection) throws(AMQPError) in
            var declare = declare
            declare.exchange = try channel.link.arena.shortString(name, "the exchange")
            // The broker ignores the kind when it only looks.
            declare.type = try channel.link.arena.bytes("topic")
            try connection.send(declare, AMQP_EXCHANGE_DECLARE_METHOD, on: 1)
        }
        guard case .exchangeDeclareOK = method else { throw Self.unexpected }
    }

    /// Closes the connection.
    public func close() async {
        await closeConnection()
    }

    private static let unexpected = AMQPError(.protocolError, "the broker answered with another method")

    // MARK: One question at a time

    private func ask(
        _ question: (isolated AdminChannel, Connection) throws(AMQPError) -> Void
    ) async throws(AMQPError) -> InboundMethod {
        while isBusy { await withCheckedContinuation { queued.append($0) } }
        isBusy = true
        defer {
            isBusy = false
            queued.popFirst()?.resume()
        }
        // The broker closes a channel to say no; the next question needs another one.
        if !isChannelOpen {
            let open = amqp_channel_open_t(out_of_band: amqp_bytes_t())
            _ = try await answer { (_, connection) throws(AMQPError) in
                try connection.send(open, AMQP_CHANNEL_OPEN_METHOD, on: 1)
            }
            isChannelOpen = true
        }
        return try await answer(to: question)
    }

    private func answer(
        to question: (isolated AdminChannel, Connection) throws(AMQPError) -> Void
    ) async throws(AMQPError) -> InboundMethod {
        guard let connection = link.connection else { throw AMQPError(.notConnected, "not connected") }
        do {
            defer { link.arena.recycle() }
            try question(self, connection)
        } catch {
            if error.isConnectionDead { drop(error) }
            throw error
        }
        asked += 1
        let number = asked
        let timer = loop.later(link.options.connectTimeout) { [weak self] in
            self?.assumeIsolated { channel in
                guard channel.asked == number, channel.answer != nil else { return }
                channel.drop(AMQPError(.unreachable, "no answer in time"))
            }
        }
        let result = await withCheckedContinuation { answer = $0 }
        loop.cancel(timer)
        return try result.get()
    }

    private func resolve(_ result: Result<InboundMethod, AMQPError>) {
        answer?.resume(returning: result)
        answer = nil
    }
}

/// A queue's numbers at the moment of asking.
public struct QueueStatus: Sendable, Equatable {
    /// Messages that are ready for delivery.
    public let messages: Int
    /// Consumers.
    public let consumers: Int
}

extension AdminChannel: ConnectionHolder {
    func connectionOpened(_ connection: Connection) throws(AMQPError) {
        connectionServes()
    }

    func received(_ frame: InboundFrame, on connection: Connection) throws(AMQPError) {
        guard case .method(let number, let method) = frame else { return }
        guard case .channelClosed(let code, let text) = method else { return resolve(.success(method)) }
        try connection.send(amqp_channel_close_ok_t(), AMQP_CHANNEL_CLOSE_OK_METHOD, on: number)
        isChannelOpen = false
        resolve(.failure(AMQPError(replyCode: code, text: text, closing: .channel)))
    }

    func connectionLost(_ reason: AMQPError) {
        isChannelOpen = false
        resolve(.failure(reason))
    }

    func drained(_ connection: Connection) throws(AMQPError) {}
    func roomAvailable(_ connection: Connection) throws(AMQPError) {}
    func turnEnds(_ connection: Connection) throws(AMQPError) {}
    func connectionBlocked(reason: String) {}
}
