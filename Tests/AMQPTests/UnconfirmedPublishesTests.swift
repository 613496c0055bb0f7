import Testing

@testable import AMQP

@Suite("Unconfirmed publishes") struct UnconfirmedPublishesTests {
    /// A publisher's book with messages 1 to `count`, each of 10 bytes.
    private func messages(_ count: Int) -> UnconfirmedPublishes<Int> {
        var unconfirmed = UnconfirmedPublishes<Int>()
        for number in 1...count { unconfirmed.append(number, bytes: 10) }
        return unconfirmed
    }

    private func settle(
        _ unconfirmed: inout UnconfirmedPublishes<Int>, _ tag: UInt64, multiple: Bool = false, isAck: Bool = true
    ) throws -> [Int: PublishOutcome] {
        var outcomes: [Int: PublishOutcome] = [:]
        try unconfirmed.settle(tag: tag, multiple: multiple, isAck: isAck) { entry, outcome in
            #expect(outcomes.updateValue(outcome, forKey: entry) == nil)
        }
        return outcomes
    }

    private func markReturned(
        _ unconfirmed: inout UnconfirmedPublishes<Int>, _ code: Int, _ text: String, _ matches: (Int) -> Bool
    ) -> Bool {
        unconfirmed.markReturned(code: code, text: text, where: matches)
    }

    @Test("a confirm of many leaves out what was confirmed before") func multiple() throws {
        var unconfirmed = messages(5)
        #expect(try settle(&unconfirmed, 2) == [2: .confirmed])
        #expect(try settle(&unconfirmed, 4, multiple: true, isAck: false) == [1: .refused, 3: .refused, 4: .refused])
        #expect(unconfirmed.count == 1)
        #expect(unconfirmed.bytes == 10)
        #expect(try settle(&unconfirmed, 0, multiple: true) == [5: .confirmed])
        #expect(unconfirmed.isEmpty)
        #expect(try settle(&unconfirmed, 3).isEmpty)
    }

    @Test("a confirm of what was never published is the broker's error")
    func unknownTag() throws {
        for (tag, multiple) in [(4, false), (4, true), (.max, true), (0, false)] as [(UInt64, Bool)] {
            var unconfirmed = messages(3)
            let error = #expect(throws: AMQPError.self) {
                try unconfirmed.settle(tag: tag, multiple: multiple, isAck: true) { _, _ in Issue.record("resolved") }
            }
            #expect(error?.code == .protocolError)
            #expect(unconfirmed.count == 3)
        }
    }

    @Test("returns belong to the oldest that match, and count only with an ack") func returns() throws {
        var unconfirmed = messages(6)
        #expect(markReturned(&unconfirmed, 312, "a") { $0 % 2 == 0 })
        #expect(markReturned(&unconfirmed, 313, "b") { $0 % 2 == 0 })
        #expect(markReturned(&unconfirmed, 312, "c") { $0 == 1 })
        #expect(!markReturned(&unconfirmed, 312, "d") { $0 == 1 })
        #expect(try settle(&unconfirmed, 4, isAck: false) == [4: .refused])
        #expect(
            try settle(&unconfirmed, 6, multiple: true) == [
                1: .returned(code: 312, text: "c"), 2: .returned(code: 312, text: "a"), 3: .confirmed, 5: .confirmed,
                6: .confirmed,
            ])
    }

    @Test("one that is never answered does not hold the memory of all that come after it") func straggler() throws {
        var unconfirmed = messages(1)
        for tag in 2...200_000 as ClosedRange<UInt64> {
            unconfirmed.append(Int(tag), bytes: 10)
            #expect(try settle(&unconfirmed, tag) == [Int(tag): .confirmed])
        }
        #expect(unconfirmed.slotCount < 10_000)
        #expect(unconfirmed.count == 1)
        #expect(unconfirmed.bytes == 10)
        unconfirmed.append(7, bytes: 10)
        #expect(try settle(&unconfirmed, 200_001, multiple: true) == [1: .confirmed, 7: .confirmed])
        #expect(unconfirmed.isEmpty)
    }

    @Test("stragglers are answered singly, too, and none is left behind at the end") func stragglersSingly() throws {
        var unconfirmed = messages(3)
        for tag in 4...20_000 as ClosedRange<UInt64> {
            unconfirmed.append(Int(tag), bytes: 10)
            _ = try settle(&unconfirmed, tag)
        }
        #expect(try settle(&unconfirmed, 2, isAck: false) == [2: .refused])
        let left = unconfirmed.removeAll()
        #expect(left == [1, 3])
        #expect(unconfirmed.isEmpty)
        #expect(unconfirmed.bytes == 0)
    }
}
