/// How a bridge listens and what it believes.
public struct BridgeConfiguration: Sendable {
    /// A provider account whose webhooks are taken.
    public struct Account: Sendable {
        /// Its alias in the configuration.
        public var alias: String
        /// `AC` and 32 hexadecimal digits.
        public var sid: String
        /// Every live token; any of them may have signed.
        public var authTokens: [String]
        /// Whether messages are sent through messaging services, whose numbers the configuration does not name.
        public var usesMessagingServices = false

        /// An account of the configuration.
        public init(alias: String, sid: String, authTokens: [String]) {
            self.alias = alias
            self.sid = sid
            self.authTokens = authTokens
        }
    }

    /// Names the bridge in its ticks; the same after a restart.
    public var name: String
    /// The interface, such as `127.0.0.1`.
    public var host: String
    /// 0 takes any free port.
    public var port: Int
    /// The base under which the provider knows the bridge, without a slash at its end. `Host` and `X-Forwarded-*` are
    /// never believed.
    public var publicURL: String
    /// The provider knows the status route by this URL instead.
    public var statusCallbackURL: String?
    /// The provider knows the inbound route by this URL instead.
    public var inboundWebhookURL: String?
    /// The accounts whose webhooks are taken.
    public var accounts: [Account]
    /// Whether `events.clear` is used.
    public var publishesClearEvents = true
    /// Seconds between ticks.
    public var tickInterval = 2.0
    /// Seconds within which a webhook must be safe, on the broker or on disk, or the provider is asked to come again;
    /// with ``ledgerTimeout`` at most 3.
    public var confirmTimeout = 2.9
    /// Seconds that the broker has to confirm before a webhook goes to disk.
    public var spoolAfter = 2.0
    /// Seconds until a broker that did not take what stands on disk is asked again.
    public var spoolRetryInterval = 1.0
    /// Seconds that the ledger has to answer before an event goes out without what it knows.
    public var ledgerTimeout = 0.1

    /// A bridge with the defaults.
    public init(name: String, host: String, port: Int, publicURL: String, accounts: [Account]) {
        self.name = name
        self.host = host
        self.port = port
        self.publicURL = publicURL
        self.accounts = accounts
    }

    /// The public URL of a request, as the provider signed it.
    func signedURL(path: String, query: String?) -> String {
        let base: String =
            switch path {
            case WebhookPath.status: statusCallbackURL ?? publicURL + path
            case WebhookPath.inbound: inboundWebhookURL ?? publicURL + path
            default: publicURL + path
            }
        guard let query, !query.isEmpty else { return base }
        guard let mark = base.firstIndex(of: "?") else { return base + "?" + query }
        // A base with a query of its own is called with that query first; a proxy may keep it for itself.
        let own = base[base.index(after: mark)...]
        return query == own || query.hasPrefix(own + "&") ? base[...mark] + query : base + "&" + query
    }
}

/// The paths of the contract, section 5.
enum WebhookPath {
    static let status = "/twilio/status"
    static let inbound = "/twilio/inbound"
    static let callbacks = "/twilio/callbacks/"
}
