/// What went wrong between this program and the broker.
///
/// The description names the object or field and repeats the broker's own text; it holds no password, header value or
/// body, and may be logged and shown.
public struct AMQPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of an error. More kinds may come; switch over them with a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidURL, invalidMessage, notConnected, blocked, unreachable, authenticationRefused
            case accessRefused, notFound, preconditionFailed, tls, closed, limit, protocolError, connectionLost
            case channelClosed
        }

        private let kind: Kind

        /// The URL of the broker cannot be used.
        public static let invalidURL = Code(kind: .invalidURL)
        /// The message cannot be encoded; nothing was sent.
        public static let invalidMessage = Code(kind: .invalidMessage)
        /// There is no connection at the moment; nothing was sent.
        public static let notConnected = Code(kind: .notConnected)
        /// The broker takes no messages (memory or disk alarm); nothing was sent.
        public static let blocked = Code(kind: .blocked)
        /// The broker did not answer at its address.
        public static let unreachable = Code(kind: .unreachable)
        /// User name or password are wrong.
        public static let authenticationRefused = Code(kind: .authenticationRefused)
        /// The user may not do this (403), or may not use the virtual host (530).
        public static let accessRefused = Code(kind: .accessRefused)
        /// The queue or exchange is not there (404).
        public static let notFound = Code(kind: .notFound)
        /// The object is other than was asked for, or a property was refused (405, 406).
        public static let preconditionFailed = Code(kind: .preconditionFailed)
        /// The TLS handshake failed: no certificate authority, wrong host name, no TLS on that port.
        public static let tls = Code(kind: .tls)
        /// This end was closed, or its task was cancelled.
        public static let closed = Code(kind: .closed)
        /// A system limit: memory, descriptors, threads.
        public static let limit = Code(kind: .limit)
        /// The peer sent what AMQP 0-9-1 does not allow.
        public static let protocolError = Code(kind: .protocolError)
        /// The connection was there and broke: closed by the broker, reset, or silent for two heartbeats.
        public static let connectionLost = Code(kind: .connectionLost)
        /// The broker closed a channel for a reason that has no code of its own here.
        public static let channelClosed = Code(kind: .channelClosed)

        /// The name, such as `accessRefused`.
        public var description: String { kind.rawValue }

        fileprivate var meansDeadConnection: Bool {
            switch self {
            case .invalidMessage, .blocked, .notFound, .preconditionFailed, .channelClosed: false
            default: true
            }
        }
    }

    /// The kind.
    public let code: Code
    /// The reason in words.
    public let reason: String
    /// Whether the connection on which it happened is gone.
    public let isConnectionDead: Bool

    init(_ code: Code, _ reason: String) {
        self.init(code, reason, isConnectionDead: code.meansDeadConnection)
    }

    init(_ code: Code, _ reason: String, isConnectionDead: Bool) {
        self.code = code
        self.reason = reason
        self.isConnectionDead = isConnectionDead
    }

    /// The peer is there, but does not do what it was asked.
    static let noAnswer = AMQPError(.connectionLost, "no answer from the broker in time")
    /// What everything ends with that is still open when this end closes.
    static let closedHere = AMQPError(.closed, "by this end")

    /// Whether the same call may succeed later without anybody changing a setting or the message.
    public var isRetryable: Bool {
        switch code {
        case .notConnected, .blocked, .unreachable, .limit, .protocolError, .connectionLost, .channelClosed: true
        default: false
        }
    }

    /// Code and reason, safe to show.
    public var description: String { "\(code): \(reason)" }
}
