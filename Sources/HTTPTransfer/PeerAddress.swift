import CCurl

/// The address of a server, as the resolver gave it, just before it is contacted.
public struct PeerAddress: Sendable, Hashable {
    /// Four bytes (IPv4) or sixteen (IPv6), in network order.
    public let bytes: [UInt8]
    /// The TCP port.
    public let port: UInt16

    /// An address made by hand, for tests of what checks addresses.
    public init(bytes: [UInt8], port: UInt16) {
        self.bytes = bytes
        self.port = port
    }

    /// Whether it is this computer: 127.0.0.0/8, ::1, or the former written as IPv6 (::ffff:127.0.0.1).
    public var isLoopback: Bool {
        switch bytes.count {
        case 4: bytes[0] == 127
        case 16:
            bytes == [UInt8](repeating: 0, count: 15) + [1]
                || (bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]) && bytes[12] == 127)
        default: false
        }
    }

    /// Nil for families other than IPv4 and IPv6.
    init?(_ address: UnsafePointer<curl_sockaddr>) {
        let (start, length): (Int, Int)
        switch Int(address.pointee.family) {
        case Int(AF_INET): (start, length) = (4, 4)
        case Int(AF_INET6): (start, length) = (8, 16)
        default: return nil
        }
        guard let raw = ccurl_address(address), Int(address.pointee.addrlen) >= start + length else { return nil }
        let storage = UnsafeRawBufferPointer(start: raw, count: start + length)
        port = UInt16(storage[2]) << 8 | UInt16(storage[3])
        bytes = Array(storage[start..<(start + length)])
    }
}
