import Foundation

/// The broker's side of one connection, in the hands of a script.
final class BrokerPeer {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// What the client asked for when it answered the tuning.
    private(set) var clientFrameMax: UInt32 = 0
    private(set) var clientHeartbeat: UInt16 = 0
    private(set) var virtualHost = ""
    private(set) var login: [UInt8] = []
    private(set) var clientProperties: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 45, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Bytes

    func send(bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw PeerError("the client is gone while writing") }
            sent += count
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            var chunk = [UInt8](repeating: 0, count: 65536)
            let received = recv(descriptor, &chunk, chunk.count, 0)
            // A process that was stopped and goes on interrupts a wait that has a limit.
            if received < 0, errno == EINTR { continue }
            guard received > 0 else {
                throw PeerError(received == 0 ? "the client has closed" : "the client says nothing")
            }
            buffer += chunk[..<received]
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Returns when the client has closed its side.
    func awaitEnd() {
        while (try? read(1)) != nil {}
    }

    // MARK: Frames

    func send(_ frame: WireFrame) throws { try send(bytes: frame.bytes) }

    func send(_ id: MethodID, on channel: UInt16, _ arguments: (inout WireWriter) -> Void = { _ in }) throws {
        try send(Self.method(id, on: channel, arguments))
    }

    static func method(
        _ id: MethodID, on channel: UInt16, _ arguments: (inout WireWriter) -> Void = { _ in }
    ) -> WireFrame {
        WireFrame(
            type: WireFrame.method, channel: channel,
            payload: WireWriter.make { writer in
                writer.short(id.classID)
                writer.short(id.number)
                arguments(&writer)
            })
    }

    /// The next frame that is no heartbeat.
    func frame() throws -> WireFrame {
        while true {
            let frame = try anyFrame()
            if frame.type != WireFrame.heartbeat { return frame }
        }
    }

    func anyFrame() throws -> WireFrame {
        var head = WireReader(try read(7))
        let (type, channel, size) = (head.octet(), head.short(), Int(head.long()))
        guard size <= 131_064 else { throw PeerError("a frame of \(size) bytes: the stream is out of step") }
        let payload = try read(size)
        guard try read(1) == [206] else { throw PeerError("a frame without its end") }
        return WireFrame(type: type, channel: channel, payload: payload)
    }

    /// The next frame, which must be this method.
    @discardableResult
    func expect(_ id: MethodID, on channel: UInt16? = nil) throws -> WireReader {
        let frame = try frame()
        guard frame.methodID == id, channel == nil || frame.channel == channel else {
            throw PeerError(
                "\(id) expected, got \(frame.methodID?.description ?? "type \(frame.type)") "
                    + "on channel \(frame.channel)")
        }
        return frame.arguments
    }

    // MARK: Conversations

    /// Greets and lets the client log in.
    func acceptLogin(frameMax: UInt32 = 131_072, heartbeat: UInt16 = 0, channelMax: UInt16 = 2047) throws {
        try offerLogin()
        try send(.connectionTune, on: 0) { writer in
            writer.short(channelMax)
            writer.long(frameMax)
            writer.short(heartbeat)
        }
        var tuned = try expect(.connectionTuneOK)
        _ = tuned.short()
        clientFrameMax = tuned.long()
        clientHeartbeat = tuned.short()
        var open = try expect(.connectionOpen)
        virtualHost = open.shortString()
        try send(.connectionOpenOK, on: 0) { $0.shortString("") }
    }

    /// The part up to the password.
    func offerLogin(mechanisms: String = "PLAIN AMQPLAIN") throws {
        guard try read(8) == Array("AMQP".utf8) + [0, 0, 9, 1] else { throw PeerError("no AMQP greeting") }
        try send(.connectionStart, on: 0) { writer in
            writer.octet(0)
            writer.octet(9)
            writer.longString(
                WireWriter.make { table in
                    table.shortString("product")
                    table.octet(UInt8(ascii: "S"))
                    table.longString(Array("Scripted".utf8))
                })
            writer.longString(Array(mechanisms.utf8))
            writer.longString(Array("en_US".utf8))
        }
        var start = try expect(.connectionStartOK)
        clientProperties = start.longString()
        _ = start.shortString()
        login = start.longString()
    }

    /// Opens the channel that the client asks for next.
    @discardableResult
    func acceptChannel(_ number: UInt16? = nil) throws -> UInt16 {
        let frame = try frame()
        guard frame.methodID == .channelOpen, number == nil || frame.channel == number else {
            throw PeerError("channel.open expected, got \(frame.methodID?.description ?? "-") on \(frame.channel)")
        }
        try send(.channelOpenOK, on: frame.channel) { $0.longString([]) }
        return frame.channel
    }

    /// A login and a channel in confirm mode, as a publisher asks for them.
    func acceptPublisher(frameMax: UInt32 = 131_072, heartbeat: UInt16 = 0) throws {
        try acceptLogin(frameMax: frameMax, heartbeat: heartbeat)
        try acceptConfirmChannel(1)
    }

    func acceptConfirmChannel(_ number: UInt16) throws {
        try acceptChannel(number)
        try expect(.confirmSelect, on: number)
        try send(.confirmSelectOK, on: number)
    }

    /// What a subscription asks for on its channel.
    struct Subscribed {
        let channel: UInt16
        let queue: String
        let prefetch: UInt16
        let consumerTag: String
    }

    func acceptSubscription(queue expected: String? = nil) throws -> Subscribed {
        let channel = try acceptChannel()
        return try acceptConsume(on: channel, queue: expected)
    }

    /// The part after the channel is open.
    func acceptConsume(on channel: UInt16, queue expected: String? = nil) throws -> Subscribed {
        var qos = try expect(.basicQoS, on: channel)
        _ = qos.long()
        let prefetch = qos.short()
        try send(.basicQoSOK, on: channel)
        var consume = try expect(.basicConsume, on: channel)
        _ = consume.short()
        let queue = consume.shortString()
        let tag = consume.shortString()
        guard expected == nil || expected == queue else {
            throw PeerError("queue \(queue) instead of \(expected ?? "")")
        }
        try send(.basicConsumeOK, on: channel) { $0.shortString(tag) }
        return Subscribed(channel: channel, queue: queue, prefetch: prefetch, consumerTag: tag)
    }

    /// Opens channels and consumers, in whatever order they are asked for, until `condition` holds for the latest.
    func acceptSubscriptions(until condition: ([Subscribed]) -> Bool) throws -> [Subscribed] {
        var prefetch: [UInt16: UInt16] = [:]
        var subscribed: [Subscribed] = []
        while !condition(subscribed) {
            let frame = try frame()
            var arguments = frame.arguments
            switch frame.methodID {
            case .channelOpen: try send(.channelOpenOK, on: frame.channel) { $0.longString([]) }
            case .basicQoS:
                _ = arguments.long()
                prefetch[frame.channel] = arguments.short()
                try send(.basicQoSOK, on: frame.channel)
            case .basicConsume:
                _ = arguments.short()
                let (queue, tag) = (arguments.shortString(), arguments.shortString())
                try send(.basicConsumeOK, on: frame.channel) { $0.shortString(tag) }
                subscribed.append(
                    Subscribed(
                        channel: frame.channel, queue: queue, prefetch: prefetch[frame.channel] ?? 0, consumerTag: tag))
            case .basicCancel:
                let tag = arguments.shortString()
                try send(.basicCancelOK, on: frame.channel) { $0.shortString(tag) }
            default: throw PeerError("\(frame.methodID?.description ?? "-") is not what a consumer begins with")
            }
        }
        return subscribed
    }

    /// Serves on until the client says goodbye or goes; other frames are ignored.
    func serveToTheEnd() throws {
        while true {
            guard let frame = try? anyFrame() else { return }
            if frame.methodID == .connectionClose {
                try send(.connectionCloseOK, on: 0)
                return awaitEnd()
            }
        }
    }
}
