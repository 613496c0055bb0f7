/// Why a request has no answer.
///
/// The description names the server and what went wrong there. It never holds a path, a query, credentials, header
/// values or a body.
public struct HTTPTransferError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure.
    public let code: Code
    /// Whether the server may have acted on the request: true as soon as it was handed to a connection, so that any
    /// byte of it may have left. When false, sending it again is safe.
    public let requestMayHaveBeenProcessed: Bool
    /// libcurl's number of the failure (libcurl-errors(3)); nil when it was not libcurl that failed.
    public let libraryCode: Int?

    private let detail: String

    /// An error made by hand, for tests of what handles errors.
    public init(code: Code, requestMayHaveBeenProcessed: Bool) {
        self.init(code: code, mayHaveBeenProcessed: requestMayHaveBeenProcessed, detail: "")
    }

    init(code: Code, mayHaveBeenProcessed: Bool, libraryCode: Int? = nil, detail: String) {
        self.code = code
        self.requestMayHaveBeenProcessed = mayHaveBeenProcessed
        self.libraryCode = libraryCode
        self.detail = detail
    }

    /// One sentence for an operator.
    public var description: String {
        let outcome = requestMayHaveBeenProcessed ? "the request may have been processed" : "nothing was sent"
        let what = detail.isEmpty ? code.description : "\(code): \(detail)"
        let number = libraryCode.map { " (curl \($0))" } ?? ""
        return "\(what)\(number); \(outcome)"
    }

    static func invalid(_ what: String) -> HTTPTransferError {
        HTTPTransferError(code: .invalidRequest, mayHaveBeenProcessed: false, detail: what)
    }

    static func invalidOption(_ what: String) -> HTTPTransferError {
        HTTPTransferError(code: .invalidOption, mayHaveBeenProcessed: false, detail: what)
    }
}

extension HTTPTransferError {
    /// A kind of failure.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// In plain words.
        public let description: String

        /// The name of the server or proxy could not be resolved.
        public static let resolve = Code("the name could not be resolved")
        /// No connection came about.
        public static let connect = Code("no connection")
        /// The addresses of the server are not ones the client may contact.
        public static let refusedAddress = Code("the address is not allowed")
        /// TLS failed: certificate, host name, version.
        public static let tls = Code("no secure connection")
        /// The proxy did not connect us.
        public static let proxy = Code("the proxy made no connection")
        /// A limit of time was reached.
        public static let timeout = Code("too late")
        /// The connection broke while the request was written.
        public static let send = Code("the connection broke while sending")
        /// The connection broke before or within the answer.
        public static let receive = Code("the connection broke before the answer was complete")
        /// The answer is not HTTP that can be understood.
        public static let malformedAnswer = Code("the answer is malformed")
        /// The answer's header lines are larger than allowed.
        public static let headersTooLarge = Code("the answer's headers are too large")
        /// The answer's body is larger than allowed.
        public static let bodyTooLarge = Code("the answer's body is too large")
        /// The request is not one that can be sent.
        public static let invalidRequest = Code("invalid request")
        /// An option has a value that is out of range, or excludes another.
        public static let invalidOption = Code("invalid option")
        /// The task that waited was cancelled.
        public static let cancelled = Code("cancelled")
        /// The client is shut down.
        public static let closed = Code("the client is shut down")
        /// The library failed by itself: out of memory or descriptors.
        public static let library = Code("the transfer library failed")

        private init(_ description: String) {
            self.description = description
        }
    }
}
