import Messaging

extension Simulator {
    /// Who may call the API, and with what the account's webhooks are signed.
    public struct Account: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        /// A key that calls the API instead of the auth token.
        public struct APIKey: Sendable {
            /// `SK` and 32 hexadecimal digits.
            public var sid: String
            /// The key's password.
            public var secret: String

            /// A key pair.
            public init(sid: String, secret: String) {
                self.sid = sid
                self.secret = secret
            }
        }

        /// `AC` and 32 hexadecimal digits.
        public var sid: String
        /// All of them call the API; the first signs the webhooks.
        public var authTokens: [String]
        /// Key pairs that call the API too.
        public var apiKeys: [APIKey]

        /// An account with its secrets.
        public init(sid: String, authTokens: [String], apiKeys: [APIKey] = []) {
            self.sid = sid
            self.authTokens = authTokens
            self.apiKeys = apiKeys
        }

        /// The SID; no secret.
        public var description: String { sid }
        /// The SID; no secret.
        public var debugDescription: String { sid }
        /// The SID; no secret, so that `dump` shows none either.
        public var customMirror: Mirror { Mirror(self, children: ["sid": sid]) }
    }

    /// How long after the step before it each status of a message is reported.
    public struct CallbackDelays: Sendable, Equatable {
        /// From acceptance to `queued`, for messages through a messaging service.
        public var queued: Duration = .milliseconds(50)
        /// To `sent`.
        public var sent: Duration = .milliseconds(200)
        /// To `delivered`, `undelivered` or `failed`.
        public var final: Duration = .milliseconds(500)
        /// From `delivered` to `read`.
        public var read: Duration = .seconds(1)
        /// How far each delay may stray, as a part of itself: 0.2 makes 200 ms anything from 160 to 240 ms.
        public var jitter: Double = 0.2

        /// The defaults.
        public init() {}

        /// No delay at all.
        public static var none: CallbackDelays {
            var delays = CallbackDelays()
            (delays.queued, delays.sent, delays.final, delays.read, delays.jitter) = (.zero, .zero, .zero, .zero, 0)
            return delays
        }
    }

    /// How the simulator behaves.
    public struct Configuration: Sendable {
        /// Where it listens; loopback unless somebody decides otherwise, because anybody who reaches the page can read
        /// every message and answer for every person.
        public var host = "127.0.0.1"
        /// The port; 0 lets the system choose.
        public var port = 8082
        /// The accounts that may send.
        public var accounts: [Account]
        /// The URL that is told of people's replies; without one they are only kept.
        public var inboundURL: String?
        /// The numbers that an account may send from; empty for any valid one.
        public var senders: Set<String> = []
        /// The number from which a messaging service sends, by the service's SID; the others send from
        /// ``defaultServiceNumber``.
        public var serviceNumbers: [String: String] = [:]
        /// How long the API takes to answer.
        public var latency: ClosedRange<Duration> = .milliseconds(60) ... .milliseconds(100)
        /// When the callbacks come.
        public var callbackDelays = CallbackDelays()
        /// How many messages are kept; the oldest are forgotten first. As many may be on their way at once.
        public var retention = 20_000
        /// Whether STOP, START and HELP are handled as Twilio does by default: answered, and further messages refused.
        public var handlesOptOuts = true
        /// Whether webhooks may leave this computer.
        public var allowsRemoteWebhooks = false
        /// Whether the system runs in live mode, where pretending to send is the last thing anybody wants.
        public var isLive = false

        /// The number from which a messaging service sends when nothing else is said.
        public static let defaultServiceNumber = "+15005550006"

        /// The defaults, for these accounts.
        public init(accounts: [Account]) {
            self.accounts = accounts
        }
    }
}

extension Simulator.Configuration {
    /// The longest latency or delay that can be set.
    static let longestDelay: Duration = .seconds(60)

    /// Refuses what cannot work.
    func check() throws(SimulatorError) {
        guard !isLive else {
            throw SimulatorError(field: "mode", problem: "is live; the simulator runs in development and staging only")
        }
        guard !accounts.isEmpty else { throw SimulatorError(field: "accounts", problem: "is empty") }
        for account in accounts {
            guard isSID(account.sid, prefix: "AC") else {
                throw SimulatorError(field: "accounts", problem: "holds a SID that is not AC and 32 hexadecimal digits")
            }
            guard account.authTokens.contains(where: { !$0.isEmpty }) else {
                throw SimulatorError(field: "accounts", problem: "holds an account without an auth token")
            }
        }
        guard Set(accounts.map(\.sid)).count == accounts.count else {
            throw SimulatorError(field: "accounts", problem: "names an account twice")
        }
        guard !host.isEmpty else { throw SimulatorError(field: "host", problem: "is empty") }
        guard (0...65_535).contains(port) else { throw SimulatorError(field: "port", problem: "is not 0 to 65535") }
        guard (1...1_000_000).contains(retention) else {
            throw SimulatorError(field: "retention", problem: "is not 1 to 1000000")
        }
        guard latency.lowerBound >= .zero, latency.upperBound <= Self.longestDelay else {
            throw SimulatorError(field: "latency", problem: "is not within 0 and 60 s")
        }
        try callbackDelays.check()
        if let inboundURL, WebhookURL(inboundURL) == nil {
            throw SimulatorError(field: "inboundURL", problem: "is not an absolute http or https URL")
        }
    }

    /// The account of a SID.
    func account(_ sid: String) -> Simulator.Account? { accounts.first { $0.sid == sid } }

    /// The number from which a messaging service sends.
    func number(ofService sid: String) -> String { serviceNumbers[sid] ?? Self.defaultServiceNumber }
}

extension Simulator.CallbackDelays {
    func check() throws(SimulatorError) {
        let named = [("queued", queued), ("sent", sent), ("final", final), ("read", read)]
        for (name, delay) in named where delay < .zero || delay > Simulator.Configuration.longestDelay {
            throw SimulatorError(field: "callbackDelays.\(name)", problem: "is not within 0 and 60 s")
        }
        guard (0...1).contains(jitter) else {
            throw SimulatorError(field: "callbackDelays.jitter", problem: "is not 0 to 1")
        }
    }
}
