import Messaging
import Testing

@testable import Outbound

@Suite("Slots") struct SlotsTests {
    private func drain(_ slots: inout Slots<Int>) -> [Int] {
        var taken: [Int] = []
        while let (item, _) = slots.next() { taken.append(item) }
        return taken
    }

    @Test("transactional first, however long promotional has waited") func strict() {
        var slots = Slots<Int>(total: 4, reserved: 1, floor: 0)
        slots.append(contentsOf: 0..<10, .promotional)
        slots.append(contentsOf: 100..<102, .transactional)
        #expect(drain(&slots) == [100, 101, 0, 1])
        slots.finish(.promotional)
        slots.append(contentsOf: 102..<103, .transactional)
        #expect(drain(&slots) == [102])
    }

    @Test("promotional never takes the reserved slots") func reserved() {
        var slots = Slots<Int>(total: 4, reserved: 2, floor: 0)
        slots.append(contentsOf: 0..<10, .promotional)
        #expect(drain(&slots) == [0, 1])
        slots.append(contentsOf: 100..<110, .transactional)
        #expect(drain(&slots) == [100, 101])
        slots.finish(.transactional)
        #expect(drain(&slots) == [102])
    }

    @Test("the floor is promotional's even under a flood of transactional") func floor() {
        var slots = Slots<Int>(total: 4, reserved: 1, floor: 2)
        slots.append(contentsOf: 100..<110, .transactional)
        #expect(drain(&slots) == [100, 101, 102, 103])
        slots.append(contentsOf: 0..<10, .promotional)
        slots.finish(.transactional)
        #expect(drain(&slots) == [0])
        slots.finish(.transactional)
        #expect(drain(&slots) == [1])
        slots.finish(.transactional)
        #expect(drain(&slots) == [104])
        slots.finish(.promotional)
        #expect(drain(&slots) == [2])
    }

    @Test("what comes back from a pause goes before what has not started") func prepend() {
        var slots = Slots<Int>(total: 2, reserved: 0, floor: 0)
        slots.append(contentsOf: 0..<3, .transactional)
        #expect(drain(&slots) == [0, 1])
        slots.prepend(9, .transactional)
        slots.finish(.transactional)
        #expect(drain(&slots) == [9])
        #expect(slots.removeWaiting { $0 == 2 } == [2])
        slots.finish(.transactional)
        slots.finish(.transactional)
        #expect(drain(&slots).isEmpty)
        #expect(slots.isIdle)
    }

    @Test(
        "any numbers make a worker that works",
        arguments: [(0, 0, 0), (-3, -1, -1), (1, 5, 5), (3, 9, 9), (2, 0, 9), (4, 2, 1)])
    func limits(total: Int, reserved: Int, floor: Int) {
        for messageClass in MessageClass.allCases {
            var slots = Slots<Int>(total: total, reserved: reserved, floor: floor)
            slots.append(contentsOf: 0..<20, messageClass)
            var done = 0
            while slots.next() != nil {
                done += 1
                slots.finish(messageClass)
            }
            #expect(done == 20)
        }
    }

    @Test("random sequences keep every limit and lose nothing", arguments: 0..<50) func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let total = Int.random(in: 1...8, using: &generator)
        let reserved = Int.random(in: 0..<total, using: &generator)
        let floor = Int.random(in: 0...(total - reserved), using: &generator)
        var slots = Slots<Int>(total: total, reserved: reserved, floor: floor)
        var running: [MessageClass: [Int]] = [.transactional: [], .promotional: []]
        var waiting: [MessageClass: Int] = [.transactional: 0, .promotional: 0]
        var (given, finished, removed) = (0, Set<Int>(), Set<Int>())
        for _ in 0..<2000 {
            let messageClass: MessageClass = Bool.random(using: &generator) ? .transactional : .promotional
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1:
                let count = Int.random(in: 1...3, using: &generator)
                slots.append(contentsOf: given..<given + count, messageClass)
                waiting[messageClass, default: 0] += count
                given += count
            case 2:
                // A pause: the slot is given back, and asked for again.
                guard let item = running[messageClass]?.popLast() else { continue }
                slots.finish(messageClass)
                slots.prepend(item, messageClass)
                waiting[messageClass, default: 0] += 1
            case 3, 4:
                guard let item = running[messageClass]?.popLast() else { continue }
                slots.finish(messageClass)
                #expect(finished.insert(item).inserted)
            case 5 where Int.random(in: 0..<20, using: &generator) == 0:
                let taken = slots.removeWaiting { $0 % 7 == 0 }
                removed.formUnion(taken)
                let left = slots.removeWaiting { _ in true }
                slots.append(contentsOf: left, .promotional)
                waiting = [.transactional: 0, .promotional: left.count]
            default:
                guard let (item, started) = slots.next() else {
                    let free = total - running.values.reduce(0) { $0 + $1.count }
                    // Nothing starts only when there is no slot, nothing waits, or what waits may not take it.
                    #expect(
                        free == 0
                            || waiting[.transactional] == 0
                                && (waiting[.promotional] == 0 || running[.promotional]?.count == total - reserved)
                    )
                    continue
                }
                if started == .promotional, waiting[.transactional, default: 0] > 0 {
                    #expect(running[.promotional, default: []].count < floor)
                }
                running[started, default: []].append(item)
                waiting[started, default: 0] -= 1
            }
            #expect(running.values.reduce(0) { $0 + $1.count } <= total)
            #expect(running[.promotional, default: []].count <= total - reserved)
        }
        var left = Set(running.values.joined())
        left.formUnion(slots.removeWaiting { _ in true })
        #expect(finished.union(removed).union(left) == Set(0..<given))
    }
}
