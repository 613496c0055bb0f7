/// The server's side of an HTTP/2 connection, as far as a misbehaving peer needs it: frames, and answers of one status.
/// Needs no header compression: it reads no headers, and `:status: 200` is one byte.
struct HTTP2Peer {
    struct Frame {
        let kind: UInt8
        let flags: UInt8
        let stream: UInt32
        let payload: [UInt8]

        var endsRequest: Bool { (kind == 0 || kind == 1) && flags & 1 != 0 }
    }

    /// RFC 9113, section 7.
    enum Reason: UInt32 {
        case none = 0, internalError = 2, refusedStream = 7, enhanceYourCalm = 11, http11Required = 13
    }

    let peer: PeerConnection

    /// Takes the client's preface and sends settings.
    init(_ peer: PeerConnection) throws {
        self.peer = peer
        _ = try peer.read(24)
        try write(kind: 4, stream: 0, [])
    }

    /// The stream of the next request that has arrived whole.
    func readRequest() throws -> UInt32 {
        try readRequestAndBody().stream
    }

    /// The same with its body, when no other request arrives meanwhile. The client may send 64 KiB and then only what it
    /// is granted, so everything is granted again at once.
    func readRequestAndBody() throws -> (stream: UInt32, body: [UInt8]) {
        var body: [UInt8] = []
        while true {
            let frame = try readFrame()
            if frame.kind == 4, frame.flags & 1 == 0 { try write(kind: 4, flags: 1, stream: 0, []) }
            if frame.kind == 0, !frame.payload.isEmpty {
                body += frame.payload
                for stream in [0, frame.stream] {
                    try write(kind: 8, stream: stream, bytes(UInt32(frame.payload.count)))
                }
            }
            if frame.endsRequest {
                peer.record("stream \(frame.stream)")
                return (frame.stream, body)
            }
        }
    }

    func answer(_ stream: UInt32, _ body: [UInt8] = []) throws {
        try write(kind: 1, flags: body.isEmpty ? 0b101 : 0b100, stream: stream, [0x88])
        for start in Swift.stride(from: 0, to: body.count, by: 16_384) {
            let end = min(start + 16_384, body.count)
            try write(kind: 0, flags: end == body.count ? 1 : 0, stream: stream, Array(body[start..<end]))
        }
    }

    func reset(_ stream: UInt32, _ reason: Reason) throws {
        try write(kind: 3, stream: stream, bytes(reason.rawValue))
    }

    func goAway(last: UInt32, _ reason: Reason) throws {
        try write(kind: 7, stream: 0, bytes(last) + bytes(reason.rawValue))
    }

    func readFrame(ofKind kind: UInt8) throws -> Frame {
        while true {
            let frame = try readFrame()
            if frame.kind == kind { return frame }
        }
    }

    private func readFrame() throws -> Frame {
        let head = try peer.read(9)
        let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        let stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        return Frame(kind: head[3], flags: head[4], stream: stream, payload: try peer.read(length))
    }

    private func write(kind: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8]) throws {
        try peer.write(
            [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF), kind, flags] + bytes(stream) + payload)
    }

    private func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
