/// Where the admin server listens, and who may read its metrics.
public struct AdminListener: Sendable, Equatable {
    /// A name or an address, without brackets.
    public let host: String
    /// 0 takes any free port.
    public let port: Int
    /// What a reader of anything but health must show; nil on loopback, where nobody else can reach it.
    let token: String?

    /// Reads the settings `SWITCHBOARD_ADMIN_LISTEN` and `SWITCHBOARD_ADMIN_TOKEN`.
    ///
    /// - Parameters:
    ///   - listen: `host:port`, `[IPv6 address]:port`.
    ///   - token: asked for beyond loopback alone.
    /// - Throws: ``AdminSettingProblem`` that names the setting.
    public init(listen: String, token: String?) throws(AdminSettingProblem) {
        guard let (host, port) = Self.split(listen) else {
            throw AdminSettingProblem(
                setting: "SWITCHBOARD_ADMIN_LISTEN",
                problem: "is \"\(listen.prefix(80))\"; allowed is a host and a port, such as 127.0.0.1:8081")
        }
        self.host = host
        self.port = port
        guard !Self.isLoopback(host) else {
            self.token = nil
            return
        }
        guard let token, !token.isEmpty else {
            throw AdminSettingProblem(
                setting: "SWITCHBOARD_ADMIN_TOKEN",
                problem:
                    "is missing; it is needed because SWITCHBOARD_ADMIN_LISTEN (\(host):\(port)) is not on loopback")
        }
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw AdminSettingProblem(
                setting: "SWITCHBOARD_ADMIN_TOKEN",
                problem: "holds white space or characters beyond ASCII, which no HTTP header can carry")
        }
        self.token = token
    }

    private static func split(_ listen: String) -> (host: String, port: Int)? {
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            return nil
        }
        var host = listen[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return (String(host), Int(port))
    }

    /// Only what certainly is: a name may resolve to anything.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// A setting of the admin server that is wrong or missing; never holds the token.
public struct AdminSettingProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The setting's name.
    public let setting: String
    /// What is wrong with it, as a phrase that follows the name.
    public let problem: String

    /// The setting and its problem.
    public var description: String { "\(setting) \(problem)" }
}
