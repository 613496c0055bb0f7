extension Publisher {
    /// The connection for a new message, or why none may be sent.
    func openConnection() throws(AMQPError) -> Connection {
        if isClosed { throw AMQPError(.closed, "the publisher is closed") }
        switch link.state {
        case .blocked(let reason): throw AMQPError(.blocked, reason)
        case .disconnected(let reason?): throw AMQPError(.notConnected, "\(reason)")
        case .connected, .disconnected(nil): break
        }
        guard let connection = link.connection else { throw AMQPError(.notConnected, "not connected yet") }
        return connection
    }

    func encode(_ publication: Publication, for connection: Connection) throws(AMQPError) -> EncodedPublish {
        try EncodedPublish(
            publication, frameMax: connection.login.frameMax, fragmentSize: connection.fragmentSize,
            maximumBodySize: link.options.maximumBodySize, arena: connection.arena)
    }

    /// Whether a message may overtake nothing, and the channel and the window take it.
    func canSend(_ encoded: EncodedPublish) -> Bool {
        waiting.isEmpty && isReady(for: encoded)
    }

    private func isReady(for encoded: EncodedPublish) -> Bool {
        guard unfinished == nil, let current, current.state == .ready, link.state == .connected else { return false }
        let unconfirmed = unconfirmedBytes
        // A message larger than the window goes alone.
        return unconfirmed == 0 || unconfirmed + encoded.size <= link.options.unconfirmedByteLimit
    }

    func sendOrDrop(
        _ publication: Publication, _ encoded: EncodedPublish, _ ticket: PublishTicket, _ connection: Connection
    ) {
        do {
            try send(publication, encoded, ticket, connection)
        } catch {
            drop(error)
        }
    }

    /// Sends what can be sent of the messages that wait.
    func sendWaiting(_ connection: Connection) throws(AMQPError) {
        try sendUnfinished(connection)
        while let (publication, ticket) = waiting.first {
            defer { connection.arena.recycle() }
            let encoded: EncodedPublish
            do {
                encoded = try encode(publication, for: connection)
            } catch {
                // It did fit the frames of the connection on which it was offered.
                _ = waiting.popFirst()
                ticket.fail(error)
                continue
            }
            guard isReady(for: encoded), connection.hasRoom(for: encoded.sizeOfStart) else { return }
            _ = waiting.popFirst()
            try send(publication, encoded, ticket, connection)
        }
    }

    private func send(
        _ publication: Publication, _ encoded: EncodedPublish, _ ticket: PublishTicket, _ connection: Connection
    ) throws(AMQPError) {
        guard let channel = current else { return ticket.fail(AMQPError(.notConnected, "no channel")) }
        let body = publication.message.body
        // Known as sent before the first byte: when a write fails nobody can say how much of it went.
        channel.unconfirmed.append(ticket, bytes: encoded.size)
        try connection.beginPublish(
            encoded, bodySize: body.count, mandatory: publication.isMandatory, on: channel.number)
        guard !body.isEmpty else { return }
        if body.count <= connection.fragmentSize {
            try body.withUnsafeBufferPointer { (bytes) throws(AMQPError) in
                try connection.sendBody(UnsafeRawBufferPointer(bytes), on: channel.number)
            }
        } else {
            unfinished = UnfinishedBody(channel: channel.number, body: body, offset: 0)
            try sendUnfinished(connection)
        }
    }

    private func sendUnfinished(_ connection: Connection) throws(AMQPError) {
        guard var rest = unfinished else { return }
        defer { unfinished = rest.offset < rest.body.count ? rest : nil }
        while rest.offset < rest.body.count {
            let end = min(rest.offset + connection.fragmentSize, rest.body.count)
            guard connection.hasRoom(for: end - rest.offset + 8) else { return }
            try rest.body[rest.offset..<end].withUnsafeBufferPointer { (bytes) throws(AMQPError) in
                try connection.sendBody(UnsafeRawBufferPointer(bytes), on: rest.channel)
            }
            rest.offset = end
        }
    }

    func failWaiting(_ error: AMQPError) {
        for (_, ticket) in waiting.removeAll() { ticket.fail(error) }
    }
}
