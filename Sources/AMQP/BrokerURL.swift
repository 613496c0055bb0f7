/// Where the broker is and who asks: `amqp://user:password@host:port/vhost?heartbeat=15`.
///
/// Follows the AMQP URI specification of RabbitMQ: user, password and virtual host are percent-decoded; the default
/// user is `guest` with password `guest`, the default ports are 5672 and, with `amqps`, 5671. No path and the path `/`
/// both mean the virtual host `/`. Query parameters: `heartbeat` in seconds, `connection_timeout` in milliseconds,
/// `cacertfile`, and `verify=verify_peer`, which is always so.
public struct BrokerURL: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Whether the connection is encrypted (`amqps`).
    public private(set) var usesTLS = false
    /// Name or address, without the brackets of an IPv6 address.
    public private(set) var host = ""
    /// The TCP port.
    public private(set) var port: UInt16 = 5672
    /// The broker's user.
    public private(set) var user = "guest"
    /// The virtual host.
    public private(set) var virtualHost = "/"
    /// The heartbeat that the URL asks for; it wins over ``ConnectionOptions/heartbeat``.
    public private(set) var heartbeat: Duration?
    /// The time to connect that the URL asks for; it wins over ``ConnectionOptions/connectTimeout``.
    public private(set) var connectTimeout: Duration?
    /// The file of certificate authorities that the URL names; it wins over ``ConnectionOptions/caFile``.
    public private(set) var caFile: String?
    private(set) var password = "guest"

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
        case "amqps":
            usesTLS = true
            port = 5671
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
        try readHost(rest)
    }

    /// The URL without password and query.
    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        let vhost = virtualHost == "/" ? "" : "/" + virtualHost.safeToShow
        return "\(usesTLS ? "amqps" : "amqp")://\(user.safeToShow)@\(name):\(port)\(vhost)"
    }

    /// As ``description``: a debugger's or a log's dump shows no password either.
    public var debugDescription: String { description }

    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension BrokerURL {
    private static func invalid(_ reason: String) -> AMQPError { AMQPError(.invalidURL, reason) }

    private mutating func readUser(_ text: Substring) throws(AMQPError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = try Self.decoded(parts[0], "user name")
        guard !user.isEmpty else { throw Self.invalid("the user name is empty") }
        password = parts.count > 1 ? try Self.decoded(parts[1], "password") : ""
    }

    private mutating func readPath(_ text: Substring) throws(AMQPError) {
        guard !text.contains("/") else { throw Self.invalid("a / inside the virtual host must be written %2f") }
        guard !text.isEmpty else { return }
        virtualHost = try Self.decoded(text, "virtual host")
        guard virtualHost.utf8.count <= 255 else { throw Self.invalid("the virtual host is longer than 255 bytes") }
    }

    private mutating func readHost(_ text: Substring) throws(AMQPError) {
        var portText: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw Self.invalid("the host has [ but no ]") }
            host = String(text[text.index(after: text.startIndex)..<end])
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { throw Self.invalid("after ] only a port may follow") }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw Self.invalid("an IPv6 address must stand in [brackets]") }
            host = try Self.decoded(parts[0], "host")
            portText = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty else { throw Self.invalid("the host is missing") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.invalid("the host holds a character that no host name has")
        }
        if let portText {
            guard let number = Self.number(portText, upTo: 65535), number > 0 else {
                throw Self.invalid("the port must be a number from 1 to 65535")
            }
            port = UInt16(number)
        }
    }

    private mutating func readQuery(_ text: Substring) throws(AMQPError) {
        for parameter in text.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? try Self.decoded(parts[1], "query") : ""
            switch parts[0] {
            case "heartbeat":
                guard let seconds = Self.number(Substring(value), upTo: 3600), seconds > 0 else {
                    throw Self.invalid("heartbeat must be a number of seconds from 1 to 3600")
                }
                heartbeat = .seconds(seconds)
            case "connection_timeout":
                guard let milliseconds = Self.number(Substring(value), upTo: 600_000), milliseconds > 0 else {
                    throw Self.invalid("connection_timeout must be a number of milliseconds from 1 to 600000")
                }
                connectTimeout = .milliseconds(milliseconds)
            case "cacertfile":
                guard !value.isEmpty else { throw Self.invalid("cacertfile is empty") }
                caFile = value
            case "verify":
                guard value == "verify_peer" else { throw Self.invalid("verify can only be verify_peer") }
            default:
                throw Self.invalid(
                    "a query parameter is none of heartbeat, connection_timeout, cacertfile, verify")
            }
        }
    }

    /// A decimal number of digits alone; the largest one allowed is far from overflow.
    private static func number(_ text: Substring, upTo limit: Int) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text) else { return nil }
        return value <= limit ? value : nil
    }

    private static func decoded(_ text: Substring, _ part: String) throws(AMQPError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimal, let low = rest.popFirst()?.hexadecimal else {
                throw invalid("the \(part) has a % that is not followed by two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        // The C library takes these as strings that end at the first zero.
        guard !bytes.contains(0) else { throw invalid("the \(part) holds a zero byte") }
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw invalid("the \(part) is not UTF-8")
        }
        return string
    }
}

extension UInt8 {
    fileprivate var hexadecimal: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
