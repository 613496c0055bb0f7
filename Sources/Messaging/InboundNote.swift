public import FoundationEssentials

/// A message from a person, as far as a ledger remembers it.
public struct InboundNote: Sendable, Equatable {
    /// The provider's id.
    public var sid: String
    /// When it was received.
    public var at: Date
    /// Who wrote; nil where that is not known.
    public var recipient: RecipientToken?
    /// By every name under which a worker may send an answer: the messaging service's SID, and the number that was written to.
    public var senders: [String] = []
    /// How it came.
    public var channel: Channel?

    /// A message of which nothing is known but that it came.
    public init(sid: String, at: Date) {
        self.sid = sid
        self.at = at
    }
}

extension InboundLedger {
    /// Remembers that a message has become an event, of which nothing else is known.
    public func noteInbound(sid: String, at: Date) async throws { try await noteInbound(InboundNote(sid: sid, at: at)) }
}
