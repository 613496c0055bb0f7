/// One POST of a webhook.
struct WebhookPost: Sendable {
    var url: String
    var credentials: (user: String, password: String)?
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    var connectTimeout: Duration
    /// From the start to the end of the answer.
    var timeout: Duration
}

/// What a webhook answered, or why it did not.
enum WebhookAnswer: Sendable, Equatable {
    /// An HTTP status and the body.
    case answered(status: Int, body: [UInt8])
    /// No connection came about in time.
    case notConnected
    /// The request was sent, and time ran out.
    case noAnswer
    /// The connection broke, or what came is no answer.
    case broken
    /// The URL leads out of this computer, which is not allowed.
    case refused

    /// Whether the application took it.
    var isSuccess: Bool {
        if case .answered(let status, _) = self { (200..<300).contains(status) } else { false }
    }

    /// For people; holds nothing that came from outside.
    var summary: String {
        switch self {
        case .answered(let status, _): "answered \(status)"
        case .notConnected: "no connection"
        case .noAnswer: "no answer in time"
        case .broken: "the connection broke"
        case .refused: "not called, the URL leads out of this computer"
        }
    }
}

/// Carries webhooks: HTTP, or a script in tests.
protocol WebhookTransport: Sendable {
    /// Sends it once.
    func send(_ post: WebhookPost) async -> WebhookAnswer
}
