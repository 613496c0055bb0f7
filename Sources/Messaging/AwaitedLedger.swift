public import FoundationEssentials

/// A message that the provider has taken, and of which no final status is recorded.
public struct AwaitedStatus: Sendable, Equatable {
    /// The message.
    public var key: MessageKey
    /// The provider's id.
    public var sid: String
    /// What events say of it.
    public var origin: MessageOrigin
    /// When the provider took it.
    public var acceptedAt: Date
    /// How often the provider has been asked about it.
    public var looks: Int

    /// A message as the ledger keeps it.
    public init(key: MessageKey, sid: String, origin: MessageOrigin, acceptedAt: Date, looks: Int) {
        self.key = key
        self.sid = sid
        self.origin = origin
        self.acceptedAt = acceptedAt
        self.looks = looks
    }
}

/// How many messages of an account await a final status.
public struct AwaitedCount: Sendable, Equatable {
    /// The account's alias.
    public var account: String
    /// All of them.
    public var all: Int
    /// Those about which the provider should have been asked by now.
    public var due: Int
    /// When the oldest of those that are due should have been asked about.
    public var dueSince: Date?

    /// A count.
    public init(account: String, all: Int, due: Int, dueSince: Date?) {
        self.account = account
        self.all = all
        self.due = due
        self.dueSince = dueSince
    }
}

/// Which messages lack a final status: the port of whoever asks the provider about them.
///
/// A message is awaited from the record of its acceptance (``StatusReport/lookAt``) to that of a final status, whoever
/// tells that one. Every call is durable when it returns.
public protocol AwaitedLedger: Sendable {
    /// Takes messages of an account about which the provider must be asked now, those due longest first, and puts them
    /// off to `leasedUntil`, so that meanwhile nobody else asks. What it costs does not grow with the ledger.
    func takeDue(account: String, now: Date, leasedUntil: Date, limit: Int) async throws -> [AwaitedStatus]
    /// Remembers the message's `looks`-th look, and when the next is due; nothing when it is awaited no longer, or
    /// somebody else has looked meanwhile.
    func noteLook(_ key: MessageKey, looks: Int, next: Date) async throws
    /// Puts off what was taken and could not be asked about, which is no look; nothing when it is awaited no longer, or
    /// somebody else has looked meanwhile.
    func putOff(_ awaited: AwaitedStatus, until next: Date) async throws
    /// What is awaited in each account. It reads all that is awaited, so it is for people who ask.
    func awaited(now: Date) async throws -> [AwaitedCount]
}
