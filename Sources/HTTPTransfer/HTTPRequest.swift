/// One request, whole in memory.
public struct HTTPRequest: Sendable {
    /// What to ask for.
    public var method: HTTPMethod
    /// An absolute `http://` or `https://` URL in ASCII, percent-encoded, without user and password. The path is sent
    /// as it stands, dots included.
    public var url: String
    /// In the order in which they are sent. Names are tokens; values hold no control characters. `Content-Length`,
    /// `Transfer-Encoding`, `Connection` and `Expect` are the client's own business and are refused.
    public var headers: [(name: String, value: String)]
    /// Empty for none. A GET has none.
    public var body: [UInt8]
    /// Sent as Basic authentication.
    public var credentials: (user: String, password: String)?
    /// From the call to the end of the answer; nil takes the client's.
    public var timeout: Duration?
    /// How long after the call the request may still leave. A request that has waited longer, for a connection or in
    /// the client, fails with ``HTTPTransferError/Code/timeout`` and has not been sent. Nil for no such limit.
    public var startLimit: Duration?

    /// A request with what is given.
    public init(
        method: HTTPMethod = .get, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        credentials: (user: String, password: String)? = nil, timeout: Duration? = nil, startLimit: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.credentials = credentials
        self.timeout = timeout
        self.startLimit = startLimit
    }
}

/// Printing a request, dumping it included, shows neither its path and query nor its headers, body or credentials:
/// each may hold an address or a secret.
extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The method and the server.
    public var description: String { "\(method.rawValue) \(endpoint ?? "(invalid URL)")" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}
