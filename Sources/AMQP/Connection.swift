internal import CLinux
internal import CRabbitMQ
internal import EventLoop
internal import Glibc

/// What happened to a connection's descriptor or in its turn; for the actor that holds the connection.
struct ConnectionSignal: Sendable {
    enum Event: Sendable {
        case readable, writable, heartbeat, endOfTurn
    }

    /// Which connection; a signal may outlive it.
    let generation: UInt64
    let event: Event
}

/// One open connection: frames in, frames out. Not `Sendable`: it belongs to an actor on the loop.
///
/// Every frame is assembled and sent by us. `amqp_basic_publish` and the library's other ways to wait for an answer
/// drop frames of other channels, or wait without end when the broker stops reading. Two measures see to it that a
/// write never waits: bulk (messages, acknowledgements) is written only while ``hasRoom(for:)``, and what is left of
/// the socket's buffer is kept for the few small frames that must go at once.
final class Connection {
    let generation: UInt64
    let login: Login
    private let loop: EventLoop
    private let signal: @Sendable (ConnectionSignal) -> Void
    private let endOfTurn: @Sendable () -> Void
    private let descriptor: Int32
    private let state: amqp_connection_state_t
    private var isCorked = false
    private var awaitsEndOfTurn = false
    private var wantsWritable = false
    private var room = 0
    private var heartbeatTimer: LoopTimer?
    private var isOpen = true

    /// The longest body frame that is sent. Shorter than the broker would take, so that one frame always fits the part
    /// of the socket's buffer that is free when the socket counts as writable.
    let fragmentSize: Int

    /// A turn handles at most this many frames, so that a flood on one connection cannot starve the loop.
    private static let framesPerTurn = 2048

    init(
        _ login: Login, generation: UInt64, loop: EventLoop, signal: @escaping @Sendable (ConnectionSignal) -> Void
    ) throws(AMQPError) {
        self.login = login
        self.generation = generation
        self.loop = loop
        self.signal = signal
        endOfTurn = { signal(ConnectionSignal(generation: generation, event: .endOfTurn)) }
        state = login.handle.state
        descriptor = amqp_get_sockfd(login.handle.state)
        fragmentSize = max(1024, min(32 << 10, login.frameMax - 8))
        try watch()
        scheduleHeartbeat()
        // What the library has read ahead during the login, descriptor and epoll know nothing of.
        loop.execute { [generation] in signal(ConnectionSignal(generation: generation, event: .readable)) }
    }

    /// Stops watching; the socket closes when the handle is released. Must be called before that, and only once more
    /// does no harm.
    func close() {
        guard isOpen else { return }
        isOpen = false
        loop.unwatch(descriptor)
        if let heartbeatTimer { loop.cancel(heartbeatTimer) }
    }

    // MARK: Reading

    /// Hands over every frame that is there.
    func drain(_ handle: (InboundFrame) throws(AMQPError) -> Void) throws(AMQPError) {
        var now = timeval()
        var frame = amqp_frame_t()
        for _ in 0..<Self.framesPerTurn {
            let status = amqp_simple_wait_frame_noblock(state, &frame, &now)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return }
            guard status == AMQP_STATUS_OK.rawValue else {
                throw AMQPError(status: status, during: "reading")
            }
            try handle(try InboundFrame(frame))
            // Everything of use was copied; the memory of the channel's frames can be used again.
            amqp_maybe_release_buffers_on_channel(state, frame.channel)
            // The socket tells when there is more. Not so with TLS, where decrypted bytes wait inside OpenSSL.
            if !login.usesTLS, amqp_data_in_buffer(state) == 0, amqp_frames_enqueued(state) == 0 { return }
        }
        loop.execute { [generation, signal] in signal(ConnectionSignal(generation: generation, event: .readable)) }
    }

    /// Renews the timer; the caller drains, and in that the library sends a heartbeat that is due and notices that none
    /// came for twice the interval.
    func heartbeatDue() {
        scheduleHeartbeat()
    }

    private func scheduleHeartbeat() {
        guard login.heartbeat > .zero else { return }
        heartbeatTimer = loop.later(login.heartbeat / 2) { [generation, signal] in
            signal(ConnectionSignal(generation: generation, event: .heartbeat))
        }
    }

    // MARK: Writing

    /// Whether this many bytes can be written now without waiting. When not, a `writable` signal will come.
    ///
    /// What is longer than the room of an empty buffer (a header frame of 100 KiB on a small one) goes when the socket
    /// counts as writable; at worst the kernel ends such a write after `TCP_USER_TIMEOUT`.
    func hasRoom(for bytes: Int) -> Bool {
        if bytes > room { measureRoom() }
        guard room > 0 else {
            if !wantsWritable {
                wantsWritable = true
                // The descriptor is watched already: only its interest changes, which does not fail.
                try? watch()
            }
            return false
        }
        room = max(0, room - bytes)
        return true
    }

    func becameWritable() {
        guard wantsWritable else { return }
        wantsWritable = false
        try? watch()
    }

    /// The kernel calls a socket writable when at least a third of its buffer is free. Half of that is ours, for its
    /// bookkeeping counts too; more is reached by asking again.
    private func measureRoom() {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard Glibc.poll(&poll, 1, 0) > 0 else {
            room = 0
            return
        }
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, &length)
        room = max(Int(size) / 6, fragmentSize + 64)
    }

    func send<Method>(_ method: Method, _ id: amqp_method_number_t, on channel: UInt16) throws(AMQPError) {
        cork()
        var method = method
        let status = withUnsafeMutableBytes(of: &method) { amqp_send_method(state, channel, id, $0.baseAddress) }
        try check(status)
    }

    func sendHeader(_ properties: inout amqp_basic_properties_t, bodySize: Int, on channel: UInt16) throws(AMQPError) {
        cork()
        let status = withUnsafeMutableBytes(of: &properties) { properties in
            var frame = amqp_frame_t()
            frame.frame_type = UInt8(AMQP_FRAME_HEADER)
            frame.channel = channel
            frame.payload.properties.class_id = UInt16(AMQP_BASIC_CLASS)
            frame.payload.properties.body_size = UInt64(bodySize)
            frame.payload.properties.decoded = properties.baseAddress
            return amqp_send_frame(state, &frame)
        }
        try check(status)
    }

    /// One body frame; at most ``fragmentSize`` bytes.
    func sendBody(_ bytes: UnsafeRawBufferPointer, on channel: UInt16) throws(AMQPError) {
        cork()
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_BODY)
        frame.channel = channel
        frame.payload.body_fragment = amqp_bytes_t(
            len: bytes.count, bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        try check(amqp_send_frame(state, &frame))
    }

    /// Asks for an `endOfTurn` signal in this turn.
    func announceEndOfTurn() {
        guard !awaitsEndOfTurn else { return }
        awaitsEndOfTurn = true
        loop.atEndOfTurn(endOfTurn)
    }

    /// Lets everything that this turn wrote go out, in as few segments as it takes.
    func flush() {
        awaitsEndOfTurn = false
        guard isCorked else { return }
        isCorked = false
        setCork(0)
    }

    private func cork() {
        guard !isCorked else { return }
        isCorked = true
        setCork(1)
        announceEndOfTurn()
    }

    private func setCork(_ value: Int32) {
        var value = value
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private func check(_ status: Int32) throws(AMQPError) {
        guard status == AMQP_STATUS_OK.rawValue else { throw AMQPError(status: status, during: "writing") }
    }

    private func watch() throws(AMQPError) {
        do {
            let interest: Readiness = wantsWritable ? [.readable, .writable] : .readable
            try loop.watch(descriptor, for: interest) { [generation, signal] ready in
                if ready.contains(.writable) { signal(ConnectionSignal(generation: generation, event: .writable)) }
                if ready.contains(.readable) || ready.contains(.failed) {
                    signal(ConnectionSignal(generation: generation, event: .readable))
                }
            }
        } catch {
            throw AMQPError(.limit, "the socket cannot be watched")
        }
    }
}
