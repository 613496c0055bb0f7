public import FoundationEssentials

/// What the provider tells of an account's messages when it is asked: one of them, or its list.
public protocol MessageSource: Sendable {
    /// One message by its SID; nil when the provider does not know it.
    func message(_ sid: String) async throws(LookUpFailure) -> FoundMessage?
    /// A page of the list.
    func page(_ place: ListPlace) async throws(LookUpFailure) -> ListedMessages
}

/// Where in the provider's list.
public enum ListPlace: Sendable, Equatable {
    /// At the newest message of those that were sent on the day of this instant (UTC) or later.
    case since(Date)
    /// Where a page says that the next one is: a path and query of the API.
    case next(String)
}

/// A message as the provider shows it.
public struct FoundMessage: Sendable {
    /// The message.
    public let resource: MessageResource
    /// How many seconds the provider's clock is ahead of this machine's.
    public let clockLead: Double

    /// A message of an answer.
    public init(resource: MessageResource, clockLead: Double) {
        self.resource = resource
        self.clockLead = clockLead
    }
}

/// A page of the provider's list.
public struct ListedMessages: Sendable {
    /// Newest first.
    public let messages: [MessageResource]
    /// Where the next page is; nil on the last.
    public let next: ListPlace?
    /// How many seconds the provider's clock is ahead of this machine's.
    public let clockLead: Double

    /// A page of an answer.
    public init(messages: [MessageResource], next: ListPlace?, clockLead: Double) {
        self.messages = messages
        self.next = next
        self.clockLead = clockLead
    }
}

/// Why the provider told nothing that could be relied on.
public struct LookUpFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// For an operator; without personal data.
    public let reason: String
    /// How long the provider asked to wait, in seconds.
    public let retryAfter: Double?

    /// A failure.
    public init(_ reason: String, retryAfter: Double? = nil) {
        self.reason = reason
        self.retryAfter = retryAfter
    }

    /// The reason.
    public var description: String { reason }
}
