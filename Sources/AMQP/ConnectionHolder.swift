internal import EventLoop

/// An actor on a loop that keeps one connection up: the part that publishing and consuming have in common.
protocol ConnectionHolder: Actor {
    nonisolated var loop: EventLoop { get }
    var link: ConnectionLink { get }

    /// The login is done; channels can be opened.
    func connectionOpened(_ connection: Connection) throws(AMQPError)
    /// A frame of a channel, not of the connection itself.
    func received(_ frame: InboundFrame, on connection: Connection) throws(AMQPError)
    /// Everything that was there has been read.
    func drained(_ connection: Connection) throws(AMQPError)
    /// There is room to write again, or the broker takes messages again.
    func roomAvailable(_ connection: Connection) throws(AMQPError)
    /// The turn ends: last chance to write something with what was written before.
    func turnEnds(_ connection: Connection) throws(AMQPError)
    /// The broker takes no messages on this connection.
    func connectionBlocked(reason: String)
    /// The connection is gone; what waited for it will get no answer.
    func connectionLost(_ reason: AMQPError)
}
