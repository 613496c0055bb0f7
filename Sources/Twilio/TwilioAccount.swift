/// An account at Twilio, as the configuration names it.
public struct TwilioAccount: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What calls the API.
    public enum Credentials: Sendable {
        /// The account's own token.
        case authToken(String)
        /// A key of one region; webhooks are signed with the auth token all the same.
        case apiKey(sid: String, secret: String)
    }

    /// The name in the configuration and in events.
    public var alias: String
    /// `AC` and 32 hexadecimal digits.
    public var sid: String
    /// What calls the API.
    public var credentials: Credentials
    /// All of them verify webhooks, so that a token can be rotated; the first is the primary one.
    public var authTokens: [String]
    /// The API's address without a path, `https://api.twilio.com` or one on loopback.
    public var baseURL: String

    /// An account of checked settings.
    public init(
        alias: String, sid: String, credentials: Credentials, authTokens: [String],
        baseURL: String = "https://api.twilio.com"
    ) {
        self.alias = alias
        self.sid = sid
        self.credentials = credentials
        self.authTokens = authTokens
        self.baseURL = baseURL
    }

    /// The name and password of HTTP's basic authentication.
    var basicAuthentication: (user: String, password: String) {
        switch credentials {
        case .authToken(let token): (sid, token)
        case .apiKey(let key, let secret): (key, secret)
        }
    }

    /// Alias and SID; no secret.
    public var description: String { "\(alias) (\(sid))" }
    /// Alias and SID; no secret.
    public var debugDescription: String { description }
    /// Alias and SID; no secret, so that `dump` shows none either.
    public var customMirror: Mirror { Mirror(self, children: ["alias": alias, "sid": sid]) }
}
