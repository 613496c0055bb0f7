internal import CLinux
internal import CRabbitMQ
internal import EventLoop

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
/// drop frames of other channels, or wait without end when the broker stops reading.
final class Connection {
    let generation: UInt64
    let login: Login
    let state: amqp_connection_state_t
    /// Structures for the library, until the call that needs them is done.
    let arena = WireArena()
    private let loop: EventLoop
    private let signal: @Sendable (ConnectionSignal) -> Void
    private let endOfTurn: @Sendable () -> Void
    private var socket: CorkedSocket
    /// Where frames wait for the end of the turn; nil over TLS.
    let frames: OutboundFrames?
    /// Why frames that had to leave before the end of the turn did not.
    private var writeFailure: AMQPError?
    private var awaitsEndOfTurn = false
    private var wantsWritable = false
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
        fragmentSize = max(1024, min(32 << 10, login.frameMax - 8))
        socket = CorkedSocket(descriptor: amqp_get_sockfd(login.handle.state), leastRoom: fragmentSize + 64)
        frames = login.usesTLS ? nil : OutboundFrames(descriptor: socket.descriptor)
        try watch()
        scheduleHeartbeat()
        // What the library has read ahead during the login, descriptor and epoll know nothing of.
        signalReadableSoon()
    }

    /// Stops watching; the socket closes when the handle is released. Must be called before that; twice does no harm.
    func close() {
        guard isOpen else { return }
        isOpen = false
        frames?.flushWithoutWaiting()
        loop.unwatch(socket.descriptor)
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
        signalReadableSoon()
    }

    private func signalReadableSoon() {
        loop.execute { [generation, signal] in signal(ConnectionSignal(generation: generation, event: .readable)) }
    }

    /// Twice per interval: the signal makes the holder drain, and in that the library sends a heartbeat that is due, and
    /// notices that nothing came for two intervals.
    func scheduleHeartbeat() {
        guard login.heartbeat > .zero else { return }
        heartbeatTimer = loop.schedule(after: login.heartbeat / 2) { [generation, signal] in
            signal(ConnectionSignal(generation: generation, event: .heartbeat))
        }
    }

    // MARK: Writing

    /// Whether this many bytes can be written now without waiting. When not, a `writable` signal will come.
    ///
    /// Bulk (messages, acknowledgements) is written only with this leave; what is left of the buffer then is for the
    /// few small frames that must go at once: heartbeats, and methods that open and close.
    func hasRoom(for bytes: Int) -> Bool {
        if bytes > socket.room { flushBeforeMeasuring() }
        if writeFailure == nil, socket.takeRoom(bytes) { return true }
        if !wantsWritable {
            wantsWritable = true
            // The descriptor is watched already: only its interest changes, which does not fail.
            try? watch()
        }
        return false
    }

    /// What waits here takes room that the kernel does not know of yet.
    private func flushBeforeMeasuring() {
        guard let frames, frames.used > 0 else { return }
        do {
            try frames.flush()
        } catch {
            writeFailure = writeFailure ?? error
        }
    }

    func becameWritable() {
        guard wantsWritable else { return }
        wantsWritable = false
        try? watch()
    }

    /// Asks for an `endOfTurn` signal in this turn.
    func announceEndOfTurn() {
        guard !awaitsEndOfTurn else { return }
        awaitsEndOfTurn = true
        loop.atEndOfTurn(endOfTurn)
    }

    /// Lets everything that this turn wrote go out, in as few segments as it takes.
    func flush() throws(AMQPError) {
        awaitsEndOfTurn = false
        if let writeFailure { throw writeFailure }
        if let frames { try frames.flush() } else { socket.uncork() }
    }

    /// A blocked broker reads nothing for as long as its alarm lasts, and is not dead for that: it goes on sending
    /// heartbeats.
    func expectsPeerToRead(_ expected: Bool) {
        socket.setUserTimeout(expected ? login.heartbeat * 2 : .zero)
    }

    /// Before every write.
    func willWrite() {
        if frames != nil || socket.cork() { announceEndOfTurn() }
    }

    func check(_ status: Int32) throws(AMQPError) {
        guard status == AMQP_STATUS_OK.rawValue else { throw AMQPError(status: status, during: "writing") }
    }

    private func watch() throws(AMQPError) {
        do {
            let interest: Readiness = wantsWritable ? [.readable, .writable] : .readable
            try loop.watch(socket.descriptor, for: interest) { [generation, signal] ready in
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
