import Testing

@testable import AMQP

@Suite("Unsettled deliveries") struct UnsettledDeliveriesTests {
    typealias Settlement = UnsettledDeliveries.Settlement

    private func deliveries(_ count: UInt64) throws -> UnsettledDeliveries {
        var unsettled = UnsettledDeliveries()
        for tag in 1...count { try unsettled.delivered(tag) }
        return unsettled
    }

    private func sent(_ unsettled: inout UnsettledDeliveries, room: Int = .max) throws -> [Settlement] {
        var sent: [Settlement] = []
        try unsettled.send { settlement in
            guard sent.count < room else { return false }
            sent.append(settlement)
            return true
        }
        return sent
    }

    private func acknowledge(_ unsettled: inout UnsettledDeliveries, _ tag: UInt64) -> Bool {
        unsettled.acknowledge(tag)
    }

    private func reject(_ unsettled: inout UnsettledDeliveries, _ tag: UInt64, requeue: Bool) -> Bool {
        unsettled.reject(tag, requeue: requeue)
    }

    @Test("a prefix is acknowledged with one frame, the rest one by one") func prefix() throws {
        var unsettled = try deliveries(8)
        for tag in [3, 1, 6, 2, 8] as [UInt64] { #expect(acknowledge(&unsettled, tag)) }
        #expect(
            try sent(&unsettled) == [
                .acknowledge(tag: 3, multiple: true), .acknowledge(tag: 6, multiple: false),
                .acknowledge(tag: 8, multiple: false),
            ])
        #expect(!unsettled.hasUnsent)
        #expect(unsettled.outstandingCount == 3)
    }

    @Test("an acknowledgement of many names a tag that the broker does not know as settled") func outstandingTag()
        throws
    {
        var unsettled = try deliveries(5)
        #expect(acknowledge(&unsettled, 3))
        #expect(try sent(&unsettled) == [.acknowledge(tag: 3, multiple: false)])
        #expect(acknowledge(&unsettled, 1))
        #expect(acknowledge(&unsettled, 2))
        // The prefix reaches to 3, but 3 is settled.
        #expect(try sent(&unsettled) == [.acknowledge(tag: 2, multiple: true)])
        #expect(acknowledge(&unsettled, 4))
        #expect(try sent(&unsettled) == [.acknowledge(tag: 4, multiple: false)])
    }

    @Test("rejections go first, so that no acknowledgement of many includes them") func rejections() throws {
        var unsettled = try deliveries(3)
        #expect(acknowledge(&unsettled, 1))
        #expect(reject(&unsettled, 2, requeue: true))
        #expect(acknowledge(&unsettled, 3))
        #expect(
            try sent(&unsettled) == [.reject(tag: 2, requeue: true), .acknowledge(tag: 3, multiple: true)])
    }

    @Test("each delivery is settled once, whatever is asked") func once() throws {
        var unsettled = try deliveries(2)
        #expect(acknowledge(&unsettled, 1))
        #expect(!acknowledge(&unsettled, 1))
        #expect(!reject(&unsettled, 1, requeue: true))
        #expect(try sent(&unsettled).count == 1)
        #expect(!acknowledge(&unsettled, 1))
        for tag in [0, 3, .max] as [UInt64] {
            #expect(!acknowledge(&unsettled, tag))
            #expect(!reject(&unsettled, tag, requeue: false))
        }
        #expect(try sent(&unsettled).isEmpty)
    }

    @Test("what the socket does not take is sent the next time, once", arguments: 0...5) func partly(room: Int) throws {
        var unsettled = try deliveries(9)
        for tag in [1, 2, 4, 6, 8] as [UInt64] { _ = unsettled.acknowledge(tag) }
        _ = unsettled.reject(5, requeue: false)
        let first = try sent(&unsettled, room: room)
        #expect(first.count == room)
        #expect(
            try first + sent(&unsettled) == [
                .reject(tag: 5, requeue: false), .acknowledge(tag: 2, multiple: true),
                .acknowledge(tag: 4, multiple: false), .acknowledge(tag: 6, multiple: false),
                .acknowledge(tag: 8, multiple: false),
            ])
        #expect(!unsettled.hasUnsent)
    }

    @Test("tags that are not the next one are the broker's error", arguments: [0, 1, 4, .max] as [UInt64])
    func wrongTag(tag: UInt64) throws {
        var unsettled = try deliveries(2)
        let error = #expect(throws: AMQPError.self) { try unsettled.delivered(tag) }
        #expect(error?.code == .protocolError)
    }

    @Test("memory does not grow with what is settled behind one that is not") func longRun() throws {
        var unsettled = UnsettledDeliveries()
        for tag in 1...50000 as ClosedRange<UInt64> {
            try unsettled.delivered(tag)
            if tag % 3 == 0 {
                for old in tag - 2...tag { _ = unsettled.acknowledge(old) }
                #expect(try sent(&unsettled) == [.acknowledge(tag: tag, multiple: true)])
            }
        }
        #expect(unsettled.outstandingCount == 2)
    }
}
