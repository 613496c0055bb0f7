import Messaging

/// Where an app published a request: what is lost when it is republished, and an operator wants to see.
public struct RequestOrigin: Sendable, Equatable {
    /// The exchange.
    public var exchange: String
    /// The routing key.
    public var routingKey: String

    /// An exchange and a routing key.
    public init(exchange: String, routingKey: String) {
        self.exchange = exchange
        self.routingKey = routingKey
    }

    /// The parts of the key, where it is `<class>.<app>.<purpose>`; the class may be one that does not exist.
    public var words: (messageClass: String, app: String, purpose: String)? {
        let words = routingKey.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard words.count == 3, isRoutingWord(words[1]), isRoutingWord(words[2]) else { return nil }
        return (words[0], words[1], words[2])
    }
}
