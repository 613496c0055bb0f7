internal import CRabbitMQ
internal import Glibc

/// Frames that wait for the end of the turn, to go to a plain socket with one system call.
///
/// The library writes every frame by itself, three for each message, which takes a tenth of all that a message costs
/// (measured). Over TLS it must, since only it can encrypt. What stands here are whole frames, so a heartbeat that the
/// library writes meanwhile comes between two of them.
final class OutboundFrames {
    private let descriptor: Int32
    private var buffer: UnsafeMutableRawBufferPointer
    private(set) var used = 0

    /// Room for the longest method that is sent: two short strings and a little more.
    private static let longestMethod = 2048
    /// How long a broker may leave the socket full. Bulk is only written when there is room, so this concerns the few
    /// small frames that are written without asking.
    private static let patienceMilliseconds: Int32 = 10_000

    init(descriptor: Int32, capacity: Int = 64 << 10) {
        self.descriptor = descriptor
        buffer = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// `method` points to the library's structure for the method `id`.
    func appendMethod(
        _ id: amqp_method_number_t, _ method: UnsafeMutableRawPointer?, on channel: UInt16
    ) throws(AMQPError) {
        try makeRoom(Self.longestMethod)
        let start = used
        beginFrame(UInt8(AMQP_FRAME_METHOD), channel)
        append(id.bigEndian)
        let free = amqp_bytes_t(len: Self.longestMethod - 12, bytes: buffer.baseAddress.map { $0 + used })
        let length = amqp_encode_method(id, method, free)
        guard length >= 0 else {
            used = start
            throw AMQPError(.invalidMessage, "a method does not fit its frame")
        }
        used += Int(length)
        endFrame(start)
    }

    /// The header of a message whose properties are encoded already.
    func appendHeader(_ properties: UnsafeRawBufferPointer, bodySize: Int, on channel: UInt16) throws(AMQPError) {
        try makeRoom(properties.count + 20)
        let start = used
        beginFrame(UInt8(AMQP_FRAME_HEADER), channel)
        append(UInt16(AMQP_BASIC_CLASS).bigEndian)
        append(UInt16(0))
        append(UInt64(bodySize).bigEndian)
        append(properties)
        endFrame(start)
    }

    func appendBody(_ bytes: UnsafeRawBufferPointer, on channel: UInt16) throws(AMQPError) {
        try makeRoom(bytes.count + 8)
        let start = used
        beginFrame(UInt8(AMQP_FRAME_BODY), channel)
        append(bytes)
        endFrame(start)
    }

    /// Hands all that waits to the kernel.
    func flush() throws(AMQPError) {
        var sent = 0
        defer { used = 0 }
        while sent < used {
            let count = send(
                descriptor, buffer.baseAddress.map { $0 + sent }, used - sent,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                try awaitRoom()
            } else if errno != EINTR {
                throw AMQPError(.connectionLost, "writing: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// The last that can be done for what waits, when the connection is given up: what the kernel takes at once may
    /// still reach the broker.
    func flushWithoutWaiting() {
        _ = send(descriptor, buffer.baseAddress, used, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        used = 0
    }

    private func awaitRoom() throws(AMQPError) {
        var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&writable, 1, Self.patienceMilliseconds) != 0 else {
            throw AMQPError(.connectionLost, "writing: the broker has stopped reading")
        }
    }

    // MARK: Bytes

    private func makeRoom(_ count: Int) throws(AMQPError) {
        guard used + count > buffer.count else { return }
        try flush()
        guard count > buffer.count else { return }
        buffer.deallocate()
        buffer = .allocate(byteCount: count, alignment: 16)
    }

    /// Type, channel and a place for the length of the payload (AMQP 0-9-1, section 4.2.3).
    private func beginFrame(_ type: UInt8, _ channel: UInt16) {
        append(type)
        append(channel.bigEndian)
        append(UInt32(0))
    }

    private func endFrame(_ start: Int) {
        let length = UInt32(used - start - 7)
        buffer.storeBytes(of: length.bigEndian, toByteOffset: start + 3, as: UInt32.self)
        append(UInt8(AMQP_FRAME_END))
    }

    private func append<Value: BitwiseCopyable>(_ value: Value) {
        buffer.storeBytes(of: value, toByteOffset: used, as: Value.self)
        used += MemoryLayout<Value>.size
    }

    private func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: buffer[used..<used + bytes.count]).copyMemory(from: bytes)
        used += bytes.count
    }
}
