public import FoundationEssentials

/// What a ledger knows of one message: for the operator who is asked what became of it. Holds no address and no text.
public struct MessageTrace: Sendable, Equatable {
    /// The message.
    public var key: MessageKey
    /// Its class; nil when only a status was reported of it.
    public var messageClass: MessageClass?
    /// Its purpose; nil as the class.
    public var purpose: String?
    /// Its channel; nil as the class.
    public var channel: Channel?
    /// When it was claimed first.
    public var firstSeenAt: Date
    /// Where its calls stand.
    public var state: AttemptState
    /// How many calls to the provider were begun.
    public var attempts: Int
    /// When it reached that state.
    public var changedAt: Date
    /// The worker of the last call.
    public var worker: String?
    /// The highest status in rank that was recorded.
    public var status: MessageStatus?
    /// When the provider's last status was received; nil when none was.
    public var statusAt: Date?
    /// When it reached a final status.
    public var finalAt: Date?
    /// The provider's last error.
    public var errorCode: Int?
    /// The provider's id.
    public var sid: String?
    /// The provider's own word at acceptance.
    public var providerStatus: String?
    /// The reason of the last deferral that was told.
    public var deferralReason: String?
    /// The decision record of the last attempt or of the end, as JSON.
    public var decision: [UInt8]?
    /// Of a message whose end is awaited, what its events say of the recipient and the app's own fields, as JSON. Read for the
    /// person who asks for it, not for operators.
    public var origin: String?

    /// A message of which only its claim is known.
    public init(key: MessageKey, firstSeenAt: Date, state: AttemptState, attempts: Int, changedAt: Date) {
        self.key = key
        self.firstSeenAt = firstSeenAt
        self.state = state
        self.attempts = attempts
        self.changedAt = changedAt
    }
}

/// What an operator asks of single messages.
public protocol MessageTraces: Sendable {
    /// All messages of this id, one for each app at most, by the app's name.
    ///
    /// - Parameter app: the only app that is asked for; nil for any.
    func traces(messageID: String, app: String?) async throws -> [MessageTrace]
}
