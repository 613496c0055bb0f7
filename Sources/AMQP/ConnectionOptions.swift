/// How a connection behaves. The defaults suit a broker on the same network.
public struct ConnectionOptions: Sendable {
    /// How often either side says that it is alive; a peer that is silent for twice as long counts as dead. Whole
    /// seconds, at least one; the broker may ask for less.
    public var heartbeat: Duration = .seconds(15)
    /// How long the TCP connection may take, then the TLS handshake within it, then, counted anew, the login.
    public var connectTimeout: Duration = .seconds(5)
    /// PEM file of the certificate authorities for `amqps`; nil takes the system's bundle.
    public var caFile: String?
    /// How long the broker may take to open a channel, or to begin or end a subscription, before the connection is
    /// given up: it may send heartbeats and do nothing else.
    public var answerTimeout: Duration = .seconds(30)
    /// What operators see of this connection in the broker's tools (`connection_name`).
    public var name = "switchboard"
    /// The wait before the first attempt to reconnect; it doubles up to ``maximumBackoff``.
    public var minimumBackoff: Duration = .milliseconds(100)
    /// The longest wait between two attempts to reconnect, at most 5 s.
    public var maximumBackoff: Duration = .seconds(5)
    /// A number from 0 up to 1 for each wait, which is shortened by at most half of itself, so that many clients do
    /// not return at the same instant.
    public var jitter: @Sendable () -> Double = { .random(in: 0..<1) }
    /// Bytes that may be published and not yet confirmed; more publishes wait. Below what the kernel buffers on both
    /// ends, so that a broker that stops reading never stops the loop.
    public var unconfirmedByteLimit = 2 << 20
    /// How long a publish waits for the broker's answer before its outcome counts as unknown: a queue that has lost its
    /// majority answers when it has it again, however long that takes.
    public var confirmTimeout: Duration = .seconds(30)
    /// The longest body in bytes that is published or, of a delivery, kept.
    public var maximumBodySize = 16 << 20
    /// How long a consumer takes one message at a time after bytes came that the library could not read.
    public var cautionTime: Duration = .seconds(30)
    /// How long ``Publisher/close()`` waits for confirms.
    public var drainTimeout: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}
