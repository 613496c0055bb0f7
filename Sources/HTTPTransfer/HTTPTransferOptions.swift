import Glibc

/// How an ``HTTPClient`` behaves.
public struct HTTPTransferOptions: Sendable {
    /// From the start of a connection to its being ready for a request: name lookup, TCP, TLS and proxy included.
    public var connectTimeout: Duration = .seconds(5)
    /// From the call to the end of the answer, unless the request says otherwise.
    public var timeout: Duration = .seconds(30)
    /// Bytes of an answer's body; a longer one is an error.
    public var maximumBodySize = 1 << 20
    /// Bytes of an answer's header lines, interim answers and trailers included; more is an error.
    public var maximumHeaderSize = 64 << 10
    /// Connections that were idle for longer are closed instead of used again.
    ///
    /// A request that leaves at the moment in which the server closes the idle connection has an unknown outcome, and
    /// somebody must find out. Servers that close early do so after 5 s (Apache, Node.js); staying below keeps out of
    /// the way of all of them, and costs one handshake after a pause. Whole seconds, at least one.
    public var maximumIdleTime: Duration = .seconds(4)
    /// Connections open at once; further requests wait for one. HTTP/1.1 carries one request at a time on each.
    public var maximumConnections = 512
    /// The same for each server; nil for no limit of its own.
    public var maximumConnectionsPerHost: Int?
    /// The URL of a proxy, with user and password if it needs them; nil for none. The environment is not read.
    public var proxy: String?
    /// A PEM file with the certificate authorities to trust, instead of the system's.
    public var caFile: String?
    /// The `User-Agent` header.
    public var userAgent = "Switchboard"
    /// Whether HTTP/2 is used with servers that offer it (by ALPN, so on TLS alone).
    public var offersHTTP2 = true
    /// Asked for each address before it is contacted, names resolved; nil allows all. It cannot see behind a proxy, so
    /// both together are refused.
    public var allowsAddress: (@Sendable (PeerAddress) -> Bool)?

    /// The defaults.
    public init() {}

    /// Throws what is wrong, by the name of the option.
    func check() throws(HTTPTransferError) {
        guard connectTimeout > .zero else { throw .invalidOption("connectTimeout must be positive") }
        guard timeout > .zero else { throw .invalidOption("timeout must be positive") }
        guard maximumIdleTime >= .seconds(1) else { throw .invalidOption("maximumIdleTime must be at least 1 s") }
        guard maximumBodySize >= 0 else { throw .invalidOption("maximumBodySize must not be negative") }
        guard maximumHeaderSize > 0 else { throw .invalidOption("maximumHeaderSize must be positive") }
        guard 1...65_535 ~= maximumConnections else { throw .invalidOption("maximumConnections must be 1 to 65535") }
        guard 1...65_535 ~= maximumConnectionsPerHost ?? 1 else {
            throw .invalidOption("maximumConnectionsPerHost must be 1 to 65535")
        }
        guard userAgent.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw .invalidOption("userAgent must be printable ASCII")
        }
        if let proxy, proxy.isEmpty || !proxy.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            throw .invalidOption("proxy must be a URL")
        }
        if proxy != nil, allowsAddress != nil {
            throw .invalidOption("proxy and allowsAddress exclude each other: the proxy chooses the address")
        }
        if let caFile, access(caFile, R_OK) != 0 {
            throw .invalidOption("caFile cannot be read: \(String(cString: strerror(errno)))")
        }
    }
}
