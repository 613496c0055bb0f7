public import EventLoop
public import Logging

/// An object that a service needs from the broker.
public enum BrokerObject: Sendable, Hashable, CustomStringConvertible {
    case queue(String)
    case exchange(String)

    /// Such as `queue send.transactional`.
    public var description: String {
        switch self {
        case .queue(let name): "queue \(name)"
        case .exchange(let name): "exchange \(name)"
        }
    }
}

/// Looks, without changing anything, whether objects are there and may be asked for, over a connection of its own.
///
/// - Returns: what is not, with the broker's reason; empty when all is well.
/// - Throws: an ``AMQPError`` of the connection: then nothing is known.
public func checkTopology(
    _ objects: [BrokerObject], loop: EventLoop, url: BrokerURL, options: ConnectionOptions, logger: Logger
) async throws(AMQPError) -> [(object: BrokerObject, problem: AMQPError)] {
    let channel = AdminChannel(loop: loop, url: url, options: options, logger: logger)
    _ = try await channel.open()
    var problems: [(object: BrokerObject, problem: AMQPError)] = []
    var failure: AMQPError?
    for object in objects {
        do {
            switch object {
            case .queue(let name): _ = try await channel.checkQueue(name)
            case .exchange(let name): try await channel.checkExchange(name)
            }
        } catch {
            switch error.code {
            case .notFound, .accessRefused, .preconditionFailed, .channelClosed, .invalidMessage:
                problems.append((object, error))
            default: failure = failure ?? error
            }
            if failure != nil { break }
        }
    }
    await channel.close()
    if let failure { throw failure }
    return problems
}
