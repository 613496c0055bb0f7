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
        let method = try await ask { (connection) throws(AMQPError) in try connection.checkQueue(name, on: 1) }
        guard case .queueDeclareOK(_, let messages, let consumers) = method else { throw Self.unexpected }
        return QueueStatus(messages: Int(messages), consumers: Int(consumers))
    }

    /// Returns when the exchange is there.
    ///
    /// - Throws: as ``checkQueue(_:)``.
    public func checkExchange(_ name: String) async throws(AMQPError) {
        let method = try await ask { (connection) throws(AMQPError) in try connection.checkExchange(name, on: 1) }
        guard case .exchangeDeclareOK = method else { throw Self.unexpected }
    }

    /// Closes the connection.
    public func close() async {
        await closeConnection()
    }

    private static let unexpected = AMQPError(.protocolError, "the broker answered with another method")

    // MARK: One question at a time

    private func ask(
        _ question: (Connection) throws(AMQPError) -> Void
    ) async throws(AMQPError) -> InboundMethod {
        while isBusy {
            await withCheckedContinuation { continuation in
                if isBusy { queued.append(continuation) } else { continuation.resume() }
            }
        }
        isBusy = true
        defer {
            isBusy = false
            queued.popFirst()?.resume()
        }
        // The broker closes a channel to say no; the next question needs another one.
        if !isChannelOpen {
            _ = try await answer { (connection) throws(AMQPError) in try connection.openChannel(1) }
            isChannelOpen = true
        }
        return try await answer(to: question)
    }

    private func answer(
        to question: (Connection) throws(AMQPError) -> Void
    ) async throws(AMQPError) -> InboundMethod {
        asked += 1
        let number = asked
        let timer = loop.schedule(after: link.options.connectTimeout) { [weak self] in
            self?.assumeIsolated { channel in
                guard channel.asked == number, channel.answer != nil else { return }
                channel.drop(AMQPError(.unreachable, "no answer in time"))
            }
        }
        let result = await withCheckedContinuation { continuation in
            // Asked and waited for in one go: the answer may come before the task is back.
            answer = continuation
            do {
                guard let connection = link.connection else { throw AMQPError(.notConnected, "not connected") }
                try question(connection)
            } catch let error as AMQPError {
                resolve(.failure(error))
                if error.isConnectionDead { drop(error) }
            } catch {
                resolve(.failure(AMQPError(.protocolError, "the question failed")))
            }
        }
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
        try connection.acceptChannelClose(number)
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
