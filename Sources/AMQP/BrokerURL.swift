/// Where the broker is and who asks: `amqp://user:password@host:port/vhost?heartbeat=15`, for a cluster
/// `amqp://user:password@host:port,host:port/vhost`.
///
/// Follows the AMQP URI specification of RabbitMQ: user, password and virtual host are percent-decoded; the default
/// user is `guest` with password `guest`, the default ports are 5672 and, with `amqps`, 5671. No path and the path `/`
/// both mean the virtual host `/`. Query parameters: `heartbeat` in seconds, `connection_timeout` in milliseconds,
/// `cacertfile`, and `verify=verify_peer`, which is always so. That several nodes may stand in one URL is ours, and written
/// as in the URLs of other clusters' clients.
public struct BrokerURL: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Whether the connection is encrypted (`amqps`).
    public internal(set) var usesTLS = false
    /// The nodes, at least one, in the order in which they are tried.
    public internal(set) var addresses: [BrokerAddress] = []
    /// The broker's user.
    public internal(set) var user = "guest"
    /// The virtual host.
    public internal(set) var virtualHost = "/"
    /// The heartbeat that the URL asks for; it wins over ``ConnectionOptions/heartbeat``.
    public internal(set) var heartbeat: Duration?
    /// The time to connect that the URL asks for; it wins over ``ConnectionOptions/connectTimeout``.
    public internal(set) var connectTimeout: Duration?
    /// The file of certificate authorities that the URL names; it wins over ``ConnectionOptions/caFile``.
    public internal(set) var caFile: String?
    var password = "guest"

    /// Reads a URL.
    ///
    /// - Throws: ``AMQPError/Code/invalidURL``; the reason names the part that is wrong and never repeats it, because
    ///   a slip of the keyboard may have put the password anywhere.
    public init(_ text: String) throws(AMQPError) {
        guard let colon = text.firstRange(of: "://") else {
            throw Self.invalid("it must begin with amqp:// or amqps://")
        }
        switch text[..<colon.lowerBound].lowercased() {
        case "amqp": break
        case "amqps": usesTLS = true
        default: throw Self.invalid("the scheme must be amqp or amqps")
        }
        var rest = text[colon.upperBound...]
        guard !rest.contains("#") else { throw Self.invalid("a fragment (#) has no meaning; write %23") }
        if let mark = rest.firstIndex(of: "?") {
            try readQuery(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let slash = rest.firstIndex(of: "/") {
            try readPath(rest[rest.index(after: slash)...])
            rest = rest[..<slash]
        }
        if let at = rest.lastIndex(of: "@") {
            try readUser(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        try readAddresses(rest)
    }

    /// The URL without password and query.
    public var description: String { description(of: addresses) }

    /// As ``description``, with these nodes alone.
    func description(of addresses: [BrokerAddress]) -> String {
        let nodes = addresses.map(\.description).joined(separator: ",")
        let vhost = virtualHost == "/" ? "" : "/" + virtualHost.safeToShow
        return "\(usesTLS ? "amqps" : "amqp")://\(user.safeToShow)@\(nodes)\(vhost)"
    }

    /// As ``description``: a debugger's or a log's dump shows no password either.
    public var debugDescription: String { description }

    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
