internal import Logging

/// The state of an actor that keeps a connection up. Not `Sendable`: it belongs to that actor.
final class ConnectionLink {
    let url: BrokerURL
    let options: ConnectionOptions
    let logger: Logger
    let readsLargerFrames: Bool
    private let onStateChange: @Sendable (ConnectionState) -> Void

    var connection: Connection?
    var generation: UInt64 = 0
    /// The result of the login that runs, once it is there.
    var login: Result<Login, AMQPError>?
    /// Where `run()` waits.
    var parked: CheckedContinuation<Void, Never>?
    /// Where `close()` waits for the end of the connection, each time that it is called.
    var farewells: [CheckedContinuation<Void, Never>] = []
    var isStarted = false
    var isStopping = false
    /// Whether the wait before the next connection is over.
    var isWaitOver = false
    var failedAttempts = 0
    private(set) var state = ConnectionState.disconnected(reason: nil)
    /// The place in the URL of the node that is tried first the next time.
    private(set) var nextNode = 0
    /// The node of the connection, for the log.
    private var node: BrokerAddress?
    /// The kinds of failure to connect that were logged since the connection was lost. A node that starts refuses, then
    /// breaks off, then refuses again: each kind is said once.
    private var reported: Set<AMQPError.Code> = []

    init(
        url: BrokerURL, options: ConnectionOptions, logger: Logger, readsLargerFrames: Bool,
        onStateChange: @escaping @Sendable (ConnectionState) -> Void
    ) {
        self.url = url
        self.options = options
        var logger = logger
        logger[metadataKey: LogKey.connection] = "\(options.name)"
        self.logger = logger
        self.readsLargerFrames = readsLargerFrames
        self.onStateChange = onStateChange
    }

    /// The node after this one comes first when the connection is lost: the loss may be the node's end.
    func loggedIn(_ login: Login) {
        node = url.addresses[login.node]
        nextNode = (login.node + 1) % url.addresses.count
        for failure in login.failures {
            logger.warning(
                "A node of the broker does not take the connection, another one does",
                metadata: [LogKey.broker: "\(failure.address)", LogKey.reason: "\(failure.error)"])
        }
    }

    func enter(_ new: ConnectionState) {
        guard new != state else { return }
        let old = state
        state = new
        switch (old, new) {
        case (.blocked, .connected): logger.notice("The broker takes messages again")
        case (_, .connected):
            reported = []
            logger.info(
                "Connected to the broker",
                metadata: [LogKey.broker: "\(url.description(of: node.map { [$0] } ?? url.addresses))"])
        case (_, .blocked(let reason)):
            logger.warning("The broker takes no messages", metadata: [LogKey.reason: "\(reason)"])
        case (.disconnected, .disconnected(let reason?)):
            // A broker that is away fails every attempt alike.
            if !isStopping, reported.insert(reason.code).inserted {
                logger.warning(
                    "The broker cannot be reached, trying again",
                    metadata: [LogKey.broker: "\(url)", LogKey.reason: "\(reason)"])
            }
        case (_, .disconnected(let reason?)):
            reported = []
            if !isStopping {
                logger.warning(
                    "The connection to the broker is lost, reconnecting", metadata: [LogKey.reason: "\(reason)"])
            }
        case (_, .disconnected(nil)): break
        }
        onStateChange(new)
    }

    func unpark() {
        parked?.resume()
        parked = nil
    }

    /// The wait before the next attempt, after this many have failed in a row.
    func backoff(after failedAttempts: Int) -> Duration {
        let longest = min(options.maximumBackoff, .seconds(5))
        var wait = min(options.minimumBackoff, longest)
        for _ in 0..<min(failedAttempts, 32) where wait < longest { wait = min(wait * 2, longest) }
        let jitter = min(max(options.jitter(), 0), 1)
        return wait * (1 - jitter / 2)
    }
}

/// Keys of log metadata.
enum LogKey {
    static let connection = "amqp.connection"
    static let broker = "amqp.broker"
    static let queue = "amqp.queue"
    static let channel = "amqp.channel"
    static let reason = "amqp.reason"
    static let count = "amqp.count"
}
