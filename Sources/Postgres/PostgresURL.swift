internal import CPostgres

/// Where the database is and who asks: `postgres://user:password@host:port/database?sslmode=verify-full`.
///
/// libpq's connection URIs (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>), several hosts
/// included. What is left out comes from libpq's environment variables and password file.
public struct PostgresURL: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// libpq's keywords and their values, in the order of libpq's table.
    private(set) var parameters: [(keyword: String, value: String)] = []

    /// What a URL may say. The rest would change how the driver speaks to the server.
    private static let allowed: Set = [
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "sslmode", "sslrootcert", "sslcert",
        "sslkey", "sslpassword", "sslcrl", "sslsni", "ssl_min_protocol_version", "ssl_max_protocol_version",
        "channel_binding", "application_name", "target_session_attrs", "keepalives", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    ]

    /// Reads a URL.
    ///
    /// - Throws: ``PostgresError/Code/invalidURL``; the reason never repeats a part of the URL, because a slip of the
    ///   keyboard may have put the password anywhere.
    public init(_ text: String) throws(PostgresError) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else {
            throw Self.invalid("it must begin with postgres:// or postgresql://")
        }
        guard !text.utf8.contains(0) else { throw Self.invalid("it holds a zero byte") }
        guard let options = PQconninfoParse(text, nil) else {
            throw Self.invalid("libpq cannot read it; postgres://user:password@host:port/database is allowed")
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                let keyword = String(cString: keyword)
                guard Self.allowed.contains(keyword) else {
                    throw Self.invalid("the parameter \(keyword) is not allowed")
                }
                parameters.append((keyword, String(cString: value)))
            }
            option += 1
        }
        guard names("port").allSatisfy({ $0.isEmpty || UInt16($0).map { $0 > 0 } == true }) else {
            throw Self.invalid("the port must be a number from 1 to 65535")
        }
    }

    private static func invalid(_ reason: String) -> PostgresError { PostgresError(.invalidURL, detail: reason) }

    /// The value of a keyword, where the URL gives one.
    func value(_ keyword: String) -> String? { parameters.first { $0.keyword == keyword }?.value }

    /// The elements of a list of hosts or ports.
    func names(_ keyword: String) -> [String] {
        value(keyword)?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    }

    /// The same addresses in turn, the one of this number first: one that does not answer at all takes all the time that
    /// connecting may take, since libpq gives each no time of its own.
    func beginning(at turn: Int) -> PostgresURL {
        let count = max(names("host").count, names("hostaddr").count)
        guard count > 1 else { return self }
        var url = self
        for keyword in ["host", "hostaddr", "port"] {
            let values = names(keyword)
            guard values.count == count else { continue }
            let start = ((turn % count) + count) % count
            url.set(keyword, to: (values[start...] + values[..<start]).joined(separator: ","))
        }
        return url
    }

    mutating func set(_ keyword: String, to value: String) {
        if let index = parameters.firstIndex(where: { $0.keyword == keyword }) {
            parameters[index].value = value
        } else {
            parameters.append((keyword, value))
        }
    }

    /// The URL's hosts and database, without user, password and parameters.
    public var description: String {
        let ports = names("port")
        let places = names("host").enumerated().map { index, host in
            let port = index < ports.count ? ports[index] : ports.first ?? ""
            let name = host.contains(":") ? "[\(host)]" : host
            return port.isEmpty ? name : "\(name):\(port)"
        }
        return "postgres://\(places.joined(separator: ","))/\(value("dbname") ?? "")"
    }

    /// As ``description``: the password must not appear in a debugger's output that ends in a log.
    public var debugDescription: String { description }

    /// Shows nothing but ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
