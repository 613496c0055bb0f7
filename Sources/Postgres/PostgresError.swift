/// Why a database did not do what it was asked for.
///
/// The description names the server and what went wrong there. It never holds a statement's values, a password, or
/// what the server says in words: those quote values.
public struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure.
    public let code: Code
    /// The five characters in which the server says what failed
    /// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>), where it said so.
    public let sqlState: String?
    /// Whether a transaction may have been committed although no answer came: its commit had been handed to the
    /// connection. When false, nothing of it stands.
    public let isOutcomeUnknown: Bool

    private let detail: String

    /// An error of this kind; `detail` must hold nothing that may not stand in a log.
    public init(_ code: Code, sqlState: String? = nil, isOutcomeUnknown: Bool = false, detail: String = "") {
        self.code = code
        self.sqlState = sqlState
        self.isOutcomeUnknown = isOutcomeUnknown
        self.detail = detail
    }

    /// Whether the connection cannot be used again. One to a server that became a standby (25006) can, but only a new one
    /// finds the server that took over.
    public var isConnectionDead: Bool {
        switch code {
        case .statement: sqlState.map { $0.hasPrefix("57P") || $0.hasPrefix("08") || $0 == "25006" } ?? false
        case .invalidURL, .invalidParameter, .busy, .unexpectedValue: false
        default: true
        }
    }

    /// Whether the same may succeed when it is done again: the server was away, or another transaction was in the way.
    public var isRetryable: Bool {
        switch code {
        case .connect, .lost, .timeout, .limit, .busy: true
        case .statement: isConflict || sqlState == "55P03" || isConnectionDead || sqlState?.hasPrefix("53") == true
        default: false
        }
    }

    /// Whether another transaction was in the way, and nothing of this one stands: a deadlock, or a
    /// serialisation failure.
    public var isConflict: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// One sentence for an operator.
    public var description: String {
        let what = detail.isEmpty ? code.description : "\(code): \(detail)"
        let state = sqlState.map { " [SQLSTATE \($0)]" } ?? ""
        return what + state + (isOutcomeUnknown ? "; the transaction may have been committed" : "")
    }

    /// The same failure of a transaction whose commit had been sent.
    func afterCommit() -> PostgresError {
        PostgresError(code, sqlState: sqlState, isOutcomeUnknown: true, detail: detail)
    }
}

extension PostgresError {
    /// A kind of failure.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// In plain words.
        public let description: String

        /// The URL cannot be read, or asks for something that is not allowed.
        public static let invalidURL = Code("the database's URL is invalid")
        /// No connection came about: nobody listens, the name is unknown, TLS or the login failed.
        public static let connect = Code("no connection to the database")
        /// The connection broke.
        public static let lost = Code("the connection to the database broke")
        /// A limit of time was reached.
        public static let timeout = Code("the database did not answer in time")
        /// The server sent what the protocol does not allow.
        public static let malformedAnswer = Code("the database's answer is malformed")
        /// The server refused a statement; its SQLSTATE tells why.
        public static let statement = Code("the database refused a statement")
        /// A value cannot be sent: a text with a zero byte, or values that are too large together.
        public static let invalidParameter = Code("a value cannot be sent to the database")
        /// An answer's column does not have the type that was asked for.
        public static let unexpectedValue = Code("the database answered with a value of another type")
        /// Another pipeline is running on the connection.
        public static let busy = Code("the connection to the database is at work")
        /// The task that waited was cancelled.
        public static let cancelled = Code("cancelled")
        /// The connection or the pool was closed by its owner.
        public static let closed = Code("the connection to the database is closed")
        /// The library or the system failed by itself: out of memory, descriptors or threads.
        public static let limit = Code("out of memory, descriptors or threads")

        private init(_ description: String) {
            self.description = description
        }
    }
}
