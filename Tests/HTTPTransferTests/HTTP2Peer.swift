/// The server's side of an HTTP/2 connection, as far as a misbehaving peer needs it: frames, and answers of one status
/// without a body. Needs no header compression: it reads no headers, and `:status: 200` is one byte.
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
        while true {
            let frame = try readFrame()
            if frame.kind == 4, frame.flags & 1 == 0 { try write(kind: 4, flags: 1, stream: 0, []) }
            if frame.endsRequest {
                peer.record("stream \(frame.stream)")
                return frame.stream
            }
        }
    }

    func answer(_ stream: UInt32) throws {
        try write(kind: 1, flags: 0b101, stream: stream, [0x88])
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
