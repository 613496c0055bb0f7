internal import CLinux
internal import CRabbitMQ
internal import Glibc

/// An open connection, logged in, and what was negotiated.
struct Login: Sendable {
    let handle: ConnectionHandle
    /// The place of the node in the URL.
    let node: Int
    /// The nodes that were tried before it, and why they did not do.
    let failures: [NodeFailure]
    let usesTLS: Bool
    /// The largest frame that the broker takes, in bytes with its 8 bytes of framing.
    let frameMax: Int
    let channelMax: Int
    /// Zero when both sides turned heartbeats off.
    let heartbeat: Duration
    let server: ServerIdentity
}

/// What the broker says of itself.
public struct ServerIdentity: Sendable, Equatable {
    /// Such as `RabbitMQ`.
    public let product: String
    /// Such as `3.10.8`.
    public let version: String
}

/// A node with which a login did not work.
struct NodeFailure: Sendable {
    let address: BrokerAddress
    let error: AMQPError
}

/// What to log in with.
struct LoginRequest: Sendable {
    let url: BrokerURL
    let options: ConnectionOptions
    /// Whether larger frames than were negotiated are read. The broker itself adds headers to a message whose header
    /// frame already fills the limit, and librabbitmq gives the connection up at such a frame. Only for connections
    /// that publish nothing.
    let readsLargerFrames: Bool
    /// The place in the URL of the node that is tried first; the others follow.
    let firstNode: Int

    private static let frameMax: Int32 = 131_072
    private static let largerFrameMax: Int32 = 1 << 20

    /// Resolves, connects, shakes hands and logs in, with one node after the other until one takes it. Blocks, for each, for
    /// the timeouts of the options, and for the resolver.
    ///
    /// - Throws: what tells most of what the nodes answered: the first refusal, else why the first could not be reached.
    func perform() throws(AMQPError) -> Login {
        var failures: [NodeFailure] = []
        let count = url.addresses.count
        for node in (0..<count).map({ (firstNode + $0) % count }) {
            do {
                return try logIn(to: node, after: failures)
            } catch {
                failures.append(NodeFailure(address: url.addresses[node], error: error))
            }
        }
        let telling = failures.first { $0.error.code != .unreachable } ?? failures.first
        throw telling?.error ?? AMQPError(.invalidURL, "no host is named")
    }

    private func logIn(to node: Int, after failures: [NodeFailure]) throws(AMQPError) -> Login {
        let handle = try ConnectionHandle()
        let socket = try makeSocket(handle)
        let address = url.addresses[node]
        var timeout = timeval(url.connectTimeout ?? options.connectTimeout)
        let status = amqp_socket_open_noblock(socket, address.host, Int32(address.port), &timeout)
        guard status == AMQP_STATUS_OK.rawValue else { throw openingFailed(status) }
        let heartbeat = Int32(clamping: max(1, min((url.heartbeat ?? options.heartbeat).components.seconds, 3600)))
        tuneSocket(amqp_get_sockfd(handle.state), heartbeat: heartbeat)
        amqp_set_handshake_timeout(handle.state, &timeout)
        try logIn(handle, heartbeat: heartbeat)
        let login = Login(
            handle: handle, node: node, failures: failures, usesTLS: url.usesTLS,
            frameMax: Int(amqp_get_frame_max(handle.state)), channelMax: Int(amqp_get_channel_max(handle.state)),
            heartbeat: .seconds(amqp_get_heartbeat(handle.state)), server: serverIdentity(handle))
        if readsLargerFrames {
            amqp_tune_connection(
                handle.state, amqp_get_channel_max(handle.state), Self.largerFrameMax, amqp_get_heartbeat(handle.state))
        }
        return login
    }

    private func makeSocket(_ handle: ConnectionHandle) throws(AMQPError) -> OpaquePointer {
        guard url.usesTLS else {
            guard let socket = amqp_tcp_socket_new(handle.state) else { throw AMQPError(.limit, "no memory") }
            return socket
        }
        guard let socket = amqp_ssl_socket_new(handle.state) else { throw AMQPError(.tls, "TLS cannot be set up") }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        // The library's own minimum is TLS 1.0.
        amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        let path = url.caFile ?? options.caFile ?? "/etc/ssl/certs/ca-certificates.crt"
        guard amqp_ssl_socket_set_cacert(socket, path) == AMQP_STATUS_OK.rawValue else {
            throw AMQPError(.tls, "the file of certificate authorities cannot be read: \(path.safeToShow)")
        }
        return socket
    }

    private func openingFailed(_ status: Int32) -> AMQPError {
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED: AMQPError(.unreachable, "the host name has no address")
        case AMQP_STATUS_TIMEOUT: AMQPError(.unreachable, "no answer in time")
        case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED: AMQPError(.tls, "the certificate is for another host name")
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
            AMQPError(.tls, "the certificate is not valid, or its authority is not trusted")
        case AMQP_STATUS_SSL_CONNECTION_FAILED, AMQP_STATUS_SSL_ERROR:
            AMQPError(.tls, "the handshake failed; perhaps there is no TLS on this port, or only one older than 1.2")
        case AMQP_STATUS_NO_MEMORY: AMQPError(.limit, "no memory")
        default: AMQPError(.unreachable, "the connection was refused or broke")
        }
    }

    private func tuneSocket(_ descriptor: Int32, heartbeat: Int32) {
        let socket = CorkedSocket(descriptor: descriptor, leastRoom: 0)
        // A known size instead of one that the kernel adapts: the room that is left is reckoned from it.
        socket.set(SOL_SOCKET, SO_SNDBUF, 1 << 20)
        // The library itself waits for ever in a write, when the peer takes no byte.
        socket.setUserTimeout(.seconds(heartbeat * 2))
    }

    private func logIn(_ handle: ConnectionHandle, heartbeat: Int32) throws(AMQPError) {
        let arena = WireArena()
        var properties = try arena.table([
            "connection_name": .string(options.name),
            "capabilities": .table([
                "consumer_cancel_notify": .bool(true), "connection.blocked": .bool(true),
                "publisher_confirms": .bool(true), "basic.nack": .bool(true),
            ]),
        ])
        let reply = amqp_login_plain(
            handle.state, url.virtualHost, 0, Self.frameMax, heartbeat, &properties, url.user, url.password)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw refused(reply.reply)
        default: throw loginFailed(reply.library_error)
        }
    }

    private func refused(_ method: amqp_method_t) -> AMQPError {
        guard case .connectionClosed(let code, let text) = InboundMethod(method) else {
            return AMQPError(.protocolError, "the broker answered the login with another method")
        }
        let reason = "\(code) \(text.safeToShow)"
        return switch code {
        case 403: AMQPError(.authenticationRefused, reason)
        case 530: AMQPError(.accessRefused, reason)
        default: AMQPError(.unreachable, reason)
        }
    }

    private func loginFailed(_ status: Int32) -> AMQPError {
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_TIMEOUT, AMQP_STATUS_HEARTBEAT_TIMEOUT:
            AMQPError(.unreachable, "no answer to the login in time")
        case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
            AMQP_STATUS_WRONG_METHOD, AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION:
            AMQPError(.protocolError, "what answers there is no AMQP 0-9-1 broker")
        case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD:
            AMQPError(.authenticationRefused, "the broker does not offer PLAIN")
        case AMQP_STATUS_SSL_ERROR: AMQPError(.tls, "the TLS connection broke during the login")
        default: AMQPError(.unreachable, "the connection was closed during the login")
        }
    }

    private func serverIdentity(_ handle: ConnectionHandle) -> ServerIdentity {
        let properties = (try? FieldValue.table(from: amqp_get_server_properties(handle.state).pointee)) ?? [:]
        return ServerIdentity(
            product: properties["product"]?.string?.safeToShow ?? "",
            version: properties["version"]?.string?.safeToShow ?? "")
    }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(max(0, seconds)), tv_usec: Int(max(0, attoseconds / 1_000_000_000_000)))
    }
}
