/// The deliveries of one channel that are not settled yet, and the settlements that are not sent yet.
///
/// Acknowledgements are gathered and sent once a turn: what forms a prefix of the outstanding deliveries with one
/// `multiple` frame, the rest one by one. Every tag is settled at most once, since the broker closes a channel on which
/// one is settled twice.
struct UnsettledDeliveries {
    private enum State: UInt8 {
        case outstanding
        /// Acknowledged here; the broker does not know yet.
        case acknowledged
        case settled
    }

    /// A frame that settles deliveries.
    enum Settlement: Equatable {
        case acknowledge(tag: UInt64, multiple: Bool)
        case reject(tag: UInt64, requeue: Bool)
    }

    /// States from `head` on.
    private var states: [State] = []
    private var head = 0
    /// The tag of `states[head]`.
    private var firstTag: UInt64 = 1
    private var acknowledged: [UInt64] = []
    private var rejected: [(tag: UInt64, requeue: Bool)] = []
    private(set) var outstandingCount = 0

    private var nextTag: UInt64 { firstTag + UInt64(states.count - head) }

    /// Whether ``send(with:)`` has something to send.
    var hasUnsent: Bool { !acknowledged.isEmpty || !rejected.isEmpty }

    /// - Throws: when the tag is not the next number of this channel.
    mutating func delivered(_ tag: UInt64) throws(AMQPError) {
        guard tag == nextTag else {
            throw AMQPError(.protocolError, "a delivery tag that is not the next one")
        }
        states.append(.outstanding)
        outstandingCount += 1
    }

    /// - Returns: whether the delivery was outstanding.
    mutating func acknowledge(_ tag: UInt64) -> Bool {
        guard settle(tag, as: .acknowledged) else { return false }
        acknowledged.append(tag)
        return true
    }

    /// - Returns: whether the delivery was outstanding.
    mutating func reject(_ tag: UInt64, requeue: Bool) -> Bool {
        guard settle(tag, as: .settled) else { return false }
        rejected.append((tag, requeue))
        return true
    }

    private mutating func settle(_ tag: UInt64, as state: State) -> Bool {
        guard tag >= firstTag, tag < nextTag else { return false }
        let index = head + Int(tag - firstTag)
        guard states[index] == .outstanding else { return false }
        states[index] = state
        outstandingCount -= 1
        return true
    }

    /// Sends what is gathered, as long as `send` returns true; the rest stays for the next time.
    mutating func send(with send: (Settlement) throws(AMQPError) -> Bool) throws(AMQPError) {
        // Rejections first: an acknowledgement of many must not include them.
        var sentRejections = 0
        defer { rejected.removeFirst(sentRejections) }
        for (tag, requeue) in rejected {
            guard try send(.reject(tag: tag, requeue: requeue)) else { return }
            sentRejections += 1
        }
        guard try sendPrefix(send) else { return }
        var sentSingles = 0
        defer { acknowledged.removeFirst(sentSingles) }
        for tag in acknowledged {
            let index = tag >= firstTag ? head + Int(tag - firstTag) : nil
            if let index, states[index] == .acknowledged {
                guard try send(.acknowledge(tag: tag, multiple: false)) else { return }
                states[index] = .settled
            }
            sentSingles += 1
        }
    }

    private mutating func sendPrefix(_ send: (Settlement) throws(AMQPError) -> Bool) throws(AMQPError) -> Bool {
        var end = head
        var last: UInt64?
        var count = 0
        while end < states.count, states[end] != .outstanding {
            if states[end] == .acknowledged {
                last = firstTag + UInt64(end - head)
                count += 1
            }
            end += 1
        }
        // The broker wants the tag of an outstanding delivery, so the last one here that it does not know as settled.
        if let last {
            guard try send(.acknowledge(tag: last, multiple: count > 1)) else { return false }
        }
        firstTag += UInt64(end - head)
        head = end
        if head == states.count {
            states.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 4096, head > states.count / 2 {
            states.removeFirst(head)
            head = 0
        }
        return true
    }

    /// Forgets every delivery: the broker takes all of them back.
    mutating func removeAll() {
        firstTag = nextTag
        states = []
        head = 0
        acknowledged = []
        rejected = []
        outstandingCount = 0
    }
}
