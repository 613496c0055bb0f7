/// Where one node of a broker listens.
public struct BrokerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Name or address, without the brackets of an IPv6 address.
    public internal(set) var host: String
    /// The TCP port.
    public internal(set) var port: UInt16

    /// Such as `broker.example:5672` or `[::1]:5672`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
