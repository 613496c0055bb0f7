internal import CRabbitMQ
internal import EventLoop

/// An actor on a loop that keeps one connection up: the part that publishing and consuming have in common.
protocol ConnectionHolder: Actor {
    nonisolated var loop: EventLoop { get }
    var link: ConnectionLink { get }

    /// The login is done; channels can be opened.
    func connectionOpened(_ connection: Connection) throws(AMQPError)
    /// A frame of a channel, not of the connection itself.
    func received(_ frame: InboundFrame, on connection: Connection) throws(AMQPError)
    /// Everything that was there has been read.
    func drained(_ connection: Connection) throws(AMQPError)
    /// There is room to write again, or the broker takes messages again.
    func roomAvailable(_ connection: Connection) throws(AMQPError)
    /// The turn ends: last chance to write something with what was written before.
    func turnEnds(_ connection: Connection) throws(AMQPError)
    /// The broker takes no messages on this connection.
    func connectionBlocked(reason: String)
    /// The connection is gone; what waited for it will get no answer.
    func connectionLost(_ reason: AMQPError)
}

extension ConnectionHolder {
    // MARK: Keeping it up

    /// Connects and reconnects until the task is cancelled or `stop` is called; after either it is over for good.
    func maintainConnection() async {
        await withTaskCancellationHandler {
            while !link.isStopping, !Task.isCancelled {
                switch await logIn() {
                case .success(let login): adopt(login)
                case .failure(let error): link.enter(.disconnected(reason: error))
                }
                while link.connection != nil, !link.isStopping { await park() }
                guard !link.isStopping else { break }
                await waitBeforeReconnecting()
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.stop() } }
        }
        if link.farewell == nil { drop(AMQPError(.closed, "closed")) }
    }

    /// Ends ``maintainConnection()``.
    func stop() {
        link.isStopping = true
        link.unpark()
    }

    /// Closes in the protocol's way, but waits no longer than a second for the broker's answer: it may be gone.
    func closeConnection() async {
        stop()
        guard let connection = link.connection else { return }
        do {
            defer { link.arena.recycle() }
            let close = amqp_connection_close_t(
                reply_code: UInt16(AMQP_REPLY_SUCCESS), reply_text: try link.arena.bytes("closed"), class_id: 0,
                method_id: 0)
            try connection.send(close, AMQP_CONNECTION_CLOSE_METHOD, on: 0)
            connection.flush()
        } catch {
            drop(error)
            return
        }
        let timer = loop.later(.seconds(1)) { [weak self] in
            self?.assumeIsolated { $0.drop(AMQPError(.closed, "closed")) }
        }
        await withCheckedContinuation { link.farewell = $0 }
        loop.cancel(timer)
    }

    private func park() async {
        await withCheckedContinuation { link.parked = $0 }
    }

    func logIn() async -> Result<Login, AMQPError> {
        link.generation += 1
        link.login = nil
        let generation = link.generation
        let request = LoginRequest(url: link.url, options: link.options, readsLargerFrames: link.readsLargerFrames)
        do {
            try LoginThread.start(request) { [weak self, loop] result in
                loop.execute { [weak self] in
                    // A login that nobody waits for any more is closed by being forgotten.
                    self?.assumeIsolated { $0.loginEnded(result, generation: generation) }
                }
            }
        } catch {
            return .failure(error)
        }
        while link.login == nil, !link.isStopping { await park() }
        defer { link.login = nil }
        return link.login ?? .failure(AMQPError(.closed, "closed"))
    }

    private func loginEnded(_ result: Result<Login, AMQPError>, generation: UInt64) {
        guard generation == link.generation, !link.isStopping else { return }
        link.login = result
        link.unpark()
    }

    func adopt(_ login: Login) {
        let signal: @Sendable (ConnectionSignal) -> Void = { [weak self] signal in
            self?.assumeIsolated { $0.signalled(signal) }
        }
        do {
            let connection = try Connection(login, generation: link.generation, loop: loop, signal: signal)
            link.connection = connection
            try connectionOpened(connection)
        } catch {
            drop(error)
        }
    }

    private func waitBeforeReconnecting() async {
        let wait = link.backoff(after: link.failedAttempts)
        link.failedAttempts += 1
        let timer = loop.later(wait) { [weak self] in self?.assumeIsolated { $0.link.unpark() } }
        await park()
        loop.cancel(timer)
    }

    /// The connection serves; the next loss begins with the shortest wait.
    func connectionServes() {
        link.failedAttempts = 0
        if case .blocked = link.state { return }
        link.enter(.connected)
    }

    // MARK: What happens on it

    private func signalled(_ signal: ConnectionSignal) {
        guard let connection = link.connection, connection.generation == signal.generation else { return }
        do {
            switch signal.event {
            case .readable: try drain(connection)
            case .heartbeat:
                connection.heartbeatDue()
                try drain(connection)
            case .writable:
                connection.becameWritable()
                try roomAvailable(connection)
            case .endOfTurn:
                try turnEnds(connection)
                connection.flush()
            }
        } catch {
            drop(error)
        }
    }

    private func drain(_ connection: Connection) throws(AMQPError) {
        try connection.drain { (frame) throws(AMQPError) in
            if case .method(channel: 0, let method) = frame {
                try receivedOnConnection(method, connection)
            } else {
                try received(frame, on: connection)
            }
        }
        try drained(connection)
    }

    private func receivedOnConnection(_ method: InboundMethod, _ connection: Connection) throws(AMQPError) {
        switch method {
        case .blocked(let reason):
            link.enter(.blocked(reason: reason.safeToShow))
            connectionBlocked(reason: reason.safeToShow)
        case .unblocked:
            link.enter(.connected)
            try roomAvailable(connection)
        case .connectionClosed(let code, let text):
            try connection.send(amqp_connection_close_ok_t(), AMQP_CONNECTION_CLOSE_OK_METHOD, on: 0)
            connection.flush()
            throw AMQPError(replyCode: code, text: text, closing: .connection)
        case .connectionCloseOK:
            throw AMQPError(.closed, "closed")
        default: break
        }
    }

    /// Gives the connection up, if there is one.
    func drop(_ reason: AMQPError) {
        guard let connection = link.connection else { return }
        connection.close()
        link.connection = nil
        link.enter(.disconnected(reason: reason))
        connectionLost(reason)
        link.unpark()
        link.farewell?.resume()
        link.farewell = nil
    }
}
