/// What a connection is good for at the moment.
public enum ConnectionState: Sendable, Equatable {
    /// Open: messages flow.
    case connected
    /// Open, but the broker takes no messages, for the reason it gave (`low on memory`).
    case blocked(reason: String)
    /// Not open, and being opened again unless it was closed; nil before the first attempt has ended.
    case disconnected(reason: AMQPError?)

    /// Why nothing can be published, in words for people; nil when it can.
    public var problem: String? {
        switch self {
        case .connected: nil
        case .blocked(let reason): "the broker takes no messages: \(reason)"
        case .disconnected: "no connection to the broker"
        }
    }
}
