public import FoundationEssentials

/// Who a message comes from, as the provider wants it.
public enum Sender: Hashable, Sendable {
    /// A number in E.164, a short code or an alphanumeric sender.
    case number(String)
    /// A messaging service, by its SID, which picks a sender of its pool.
    case messagingService(String)

    /// The number or the SID.
    public var text: String {
        switch self {
        case .number(let text), .messagingService(let text): text
        }
    }
}

/// A message that is ready for the provider: judged, rendered, with its sender chosen.
public struct OutboundMessage: Sendable {
    /// Where it goes.
    public var to: Address
    /// How.
    public var channel: Channel
    /// Who it comes from.
    public var sender: Sender
    /// The rendered text.
    public var body: String?
    /// URLs that the provider fetches.
    public var media: [String] = []
    /// A text kept at the provider, instead of a body.
    public var content: SendRequest.Content?
    /// Labels for the provider's reports.
    public var tags: [String: String] = [:]
    /// Whether the provider shortens links.
    public var shortenLinks = false
    /// Whether the provider forgets the text and the end of the number once the message is sent.
    public var isRedactedAtProvider = false
    /// Seconds for which the provider may keep the message queued; nil leaves the provider's default.
    public var validityPeriod: Int?
    /// The URL, with its query, to which the provider reports what becomes of the message.
    public var statusCallback: String?

    /// A message with nothing but its text.
    public init(to: Address, channel: Channel, sender: Sender, body: String?) {
        self.to = to
        self.channel = channel
        self.sender = sender
        self.body = body
    }
}

/// The provider took a message.
public struct Acceptance: Sendable, Equatable {
    /// The provider's id of the message.
    public let sid: String
    /// The provider's own first status, such as `queued`.
    public let status: String

    /// What the provider answered.
    public init(sid: String, status: String) {
        self.sid = sid
        self.status = status
    }
}

/// The provider has certainly not taken a message.
public struct Refusal: Sendable, Equatable {
    /// What the provider said; nil when the call never reached it.
    public let error: ProviderError?
    /// Why, without personal data.
    public let reason: String
    /// How long the provider asked to wait, in seconds.
    public let retryAfter: Double?

    /// A certain no.
    public init(error: ProviderError?, reason: String, retryAfter: Double? = nil) {
        self.error = error
        self.reason = reason
        self.retryAfter = retryAfter
    }

    /// Whether the same message may be offered again: the provider said so, or was never reached.
    public var isRetryable: Bool {
        guard let error else { return true }
        return error.retryable == .yes || error.retryable == .delayed
    }
}

/// What came of offering a message to the provider. An answer that never came is an outcome of its own: the message
/// may have been sent.
public enum CarrierOutcome: Sendable, Equatable {
    /// It took the message.
    case accepted(Acceptance)
    /// It certainly did not.
    case refused(Refusal)
    /// The reason, without personal data.
    case unknown(String)
}

/// A message of the provider's list that may be one whose call was never answered.
public struct ListedMessage: Sendable, Equatable {
    /// The provider's id and its own word for where the message stands.
    public let acceptance: Acceptance
    /// Whether its text is the one that was sent. False also where the provider may have changed it.
    public let hasSameText: Bool
    /// When the provider took it, by this machine's clock; to the second.
    public let takenAt: Date

    /// A message to the same recipient from the same sender.
    public init(acceptance: Acceptance, hasSameText: Bool, takenAt: Date) {
        self.acceptance = acceptance
        self.hasSameText = hasSameText
        self.takenAt = takenAt
    }
}

/// What a look at the provider's list of messages shows.
public enum LookUp: Sendable, Equatable {
    /// All messages to the recipient from the sender since the instant that was asked for.
    case listed([ListedMessage])
    /// Nothing that could be relied on; why, without personal data.
    case unavailable(String)
}

/// A provider account that sends messages: the port that the worker speaks to.
public protocol Carrier: Sendable {
    /// Offers the message once. Never throws and never repeats the call by itself.
    func send(_ message: OutboundMessage) async -> CarrierOutcome
    /// Lists what the provider has taken to the message's recipient from its sender since `instant`, by this machine's
    /// clock.
    func lookUp(_ message: OutboundMessage, since instant: Date) async -> LookUp
    /// Looks whether the account can be used, without sending anything.
    func probe() async -> AccountProbe
}
