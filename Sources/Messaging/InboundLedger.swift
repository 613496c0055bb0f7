public import FoundationEssentials

/// Up to when an account's messages from people have been compared with the provider's list.
public struct InboundListing: Sendable, Equatable {
    /// The account's alias.
    public var account: String
    /// Up to when.
    public var completeTo: Date

    /// A listing.
    public init(account: String, completeTo: Date) {
        self.account = account
        self.completeTo = completeTo
    }
}

/// Which messages from people have become events: the port of whoever compares them with the provider's list.
///
/// Every call is durable when it returns.
public protocol InboundLedger: Sendable {
    /// Remembers that a message from a person has become an event, and when the person last wrote to its senders.
    func noteInbound(_ note: InboundNote) async throws
    /// Those of the provider's ids that have become events.
    func seenInbound(_ sids: [String]) async throws -> Set<String>
    /// Forgets ids of messages that were received before `instant`, at most `limit`; how many.
    func forgetInbound(before instant: Date, limit: Int) async throws -> Int
    /// Takes the comparison of an account, when the last one was complete up to `before` or less and nobody else is at
    /// it: up to when it was complete, which is `first` for an account that was never compared. Nobody else gets it until
    /// `leasedUntil`.
    func takeListing(
        account: String, now: Date, before: Date, first: Date, leasedUntil: Date
    ) async throws -> Date?
    /// Remembers up to when a comparison was complete; never goes back.
    func noteListing(account: String, completeTo: Date) async throws
    /// How far each account has been compared.
    func listings() async throws -> [InboundListing]
}
