import DequeModule
import Messaging

/// Which message may start next: transactional strictly first, some slots that promotional never takes, and perhaps a
/// floor for promotional.
struct Slots<Waiting> {
    private let total: Int
    private let reserved: Int
    private let floor: Int
    private var waiting: [MessageClass: Deque<Waiting>] = [:]
    private var running: [MessageClass: Int] = [:]

    /// - Parameters:
    ///   - total: how many messages run at once.
    ///   - reserved: how many of them are transactional alone.
    ///   - floor: how many promotional ones may run even when transactional ones wait.
    init(total: Int, reserved: Int, floor: Int) {
        self.total = max(total, 1)
        self.reserved = min(max(reserved, 0), max(total, 1) - 1)
        self.floor = min(max(floor, 0), self.total - self.reserved)
    }

    /// Whether nothing runs and nothing waits.
    var isIdle: Bool { running.values.allSatisfy { $0 == 0 } && waiting.values.allSatisfy(\.isEmpty) }

    mutating func append(contentsOf items: some Sequence<Waiting>, _ messageClass: MessageClass) {
        waiting[messageClass, default: []].append(contentsOf: items)
    }

    /// Puts something before what waits already: it has waited once.
    mutating func prepend(_ item: Waiting, _ messageClass: MessageClass) {
        waiting[messageClass, default: []].prepend(item)
    }

    /// Takes the next one that may start, and its slot.
    mutating func next() -> (Waiting, MessageClass)? {
        let transactional = running[.transactional, default: 0]
        let promotional = running[.promotional, default: 0]
        let free = total - transactional - promotional
        guard free > 0 else { return nil }
        if promotional < floor, let item = waiting[.promotional]?.popFirst() { return start(item, .promotional) }
        // What is kept for the floor is not for transactional messages while promotional ones wait for it.
        let kept = waiting[.promotional]?.isEmpty ?? true ? 0 : max(0, floor - promotional)
        if free > kept, let item = waiting[.transactional]?.popFirst() { return start(item, .transactional) }
        if promotional < total - reserved, let item = waiting[.promotional]?.popFirst() {
            return start(item, .promotional)
        }
        return nil
    }

    private mutating func start(_ item: Waiting, _ messageClass: MessageClass) -> (Waiting, MessageClass) {
        running[messageClass, default: 0] += 1
        return (item, messageClass)
    }

    /// Gives a slot back.
    mutating func finish(_ messageClass: MessageClass) {
        running[messageClass, default: 0] -= 1
    }

    /// Takes out what has not started and meets the condition; of one class, or of all.
    mutating func removeWaiting(of only: MessageClass? = nil, where condition: (Waiting) -> Bool) -> [Waiting] {
        var removed: [Waiting] = []
        for (messageClass, items) in waiting where only == nil || only == messageClass {
            removed += items.filter(condition)
            waiting[messageClass] = Deque(items.filter { !condition($0) })
        }
        return removed
    }
}
