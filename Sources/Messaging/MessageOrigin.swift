/// What events say of a message apart from its status: kept where a status may have to be told without the callback that
/// would have brought it along.
public struct MessageOrigin: Sendable, Equatable {
    /// The message.
    public var message: MessageContext
    /// The person, without the clear address.
    public var recipient: RecipientReference?

    /// An origin.
    public init(message: MessageContext, recipient: RecipientReference?) {
        self.message = message
        self.recipient = recipient
    }
}
