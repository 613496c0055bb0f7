/// What happens on the connection that is open.
extension ConnectionHolder {
    func signalled(_ signal: ConnectionSignal) {
        guard let connection = link.connection, connection.generation == signal.generation else { return }
        do {
            switch signal.event {
            case .readable: try drain(connection)
            case .heartbeat:
                connection.scheduleHeartbeat()
                try drain(connection)
            case .writable:
                connection.becameWritable()
                try roomAvailable(connection)
            case .endOfTurn:
                try turnEnds(connection)
                try connection.flush()
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
            connection.expectsPeerToRead(false)
            connectionBlocked(reason: reason.safeToShow)
        case .unblocked:
            link.enter(.connected)
            connection.expectsPeerToRead(true)
            try roomAvailable(connection)
        case .connectionClosed(let code, let text):
            try connection.acceptClose()
            // The broker's reason tells more than a write that fails now.
            try? connection.flush()
            throw AMQPError(replyCode: code, text: text, closing: .connection)
        case .connectionCloseOK:
            throw .closedHere
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
        for farewell in link.farewells { farewell.resume() }
        link.farewells = []
    }
}
