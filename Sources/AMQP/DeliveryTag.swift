import Synchronization

/// Names a delivery of one opening of one channel. A tag of an older connection or channel settles nothing: the broker
/// has requeued what it named, and has given its number to another message.
public struct DeliveryTag: Hashable, Sendable {
    /// Which opening of a channel it belongs to.
    let epoch: UInt64
    /// The broker's number on that channel, from 1.
    let value: UInt64
    let channel: UInt16

    init(epoch: UInt64, channel: UInt16, value: UInt64) {
        self.epoch = epoch
        self.channel = channel
        self.value = value
    }

    /// A tag that names no real delivery and settles nothing, for tests of what handles deliveries.
    public init(unattached value: UInt64) {
        self.init(epoch: 0, channel: 0, value: value)
    }
}

/// Numbers every opening of a channel in this process, from 1.
enum ChannelEpoch {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        last.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
