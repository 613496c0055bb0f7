/// What became of a message that was sent to the broker.
public enum PublishOutcome: Sendable, Equatable {
    /// The broker has taken responsibility for it.
    case confirmed
    /// The broker did not take it (`basic.nack`): a queue is full or has no leader. Nothing is stored for certain; it
    /// may be published again.
    case refused
    /// Mandatory, and no queue takes that exchange and key (code 312).
    case returned(code: Int, text: String)
    /// The channel or connection went before the broker answered: it may or may not have the message.
    case unknown(reason: String)
}
