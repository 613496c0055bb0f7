/// The messages of one channel that the broker has not answered yet, in the order of their sequence numbers, which the
/// broker counts from 1 as we do.
///
/// Confirms arrive single or for many, in any order; each entry is resolved once, whatever the broker repeats.
struct UnconfirmedPublishes<Entry> {
    private struct Slot {
        let entry: Entry
        let bytes: Int
        var isReturned = false
    }

    /// Slots from `head` on; nil where a later confirm came first.
    private var slots: [Slot?] = []
    private var head = 0
    /// The sequence number of `slots[head]`.
    private var firstSequence: UInt64 = 1
    /// What was overtaken by thousands: one queue that does not answer must not make the slots grow without end.
    private var stragglers: [UInt64: Slot] = [:]
    /// Where the search for the next returned message begins: returns come in the order of publishing.
    private var returnCursor: UInt64 = 1
    private var returns: [UInt64: (code: Int, text: String)] = [:]
    private(set) var bytes = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    /// The memory that is held, in slots.
    var slotCount: Int { slots.count + stragglers.count }

    private var nextSequence: UInt64 { firstSequence + UInt64(slots.count - head) }

    mutating func append(_ entry: Entry, bytes size: Int) {
        slots.append(Slot(entry: entry, bytes: size))
        bytes += size
        count += 1
    }

    /// Resolves what an ack (`isAck`) or nack names.
    ///
    /// - Throws: when it names a message that was never published; the two ends no longer agree on the numbers.
    mutating func settle(
        tag: UInt64, multiple: Bool, isAck: Bool, resolve: (Entry, PublishOutcome) -> Void
    ) throws(AMQPError) {
        guard tag < nextSequence, tag > 0 || multiple else {
            throw AMQPError(.protocolError, "a confirm for a message that was not published")
        }
        // With `multiple`, zero means everything so far.
        let last = tag == 0 ? nextSequence - 1 : tag
        if !stragglers.isEmpty {
            for sequence in stragglers.keys.sorted() where sequence == last || multiple && sequence < last {
                if let slot = stragglers.removeValue(forKey: sequence) {
                    settle(slot, sequence, isAck: isAck, resolve: resolve)
                }
            }
        }
        guard last >= firstSequence else { return }
        var sequence = multiple ? firstSequence : last
        while sequence <= last {
            let index = head + Int(sequence - firstSequence)
            if let slot = slots[index] {
                slots[index] = nil
                settle(slot, sequence, isAck: isAck, resolve: resolve)
            }
            sequence += 1
        }
        removeSettledPrefix()
    }

    private mutating func settle(
        _ slot: Slot, _ sequence: UInt64, isAck: Bool, resolve: (Entry, PublishOutcome) -> Void
    ) {
        bytes -= slot.bytes
        count -= 1
        if slot.isReturned, let returned = returns.removeValue(forKey: sequence), isAck {
            resolve(slot.entry, .returned(code: returned.code, text: returned.text))
        } else {
            resolve(slot.entry, isAck ? .confirmed : .refused)
        }
    }

    private mutating func removeSettledPrefix() {
        while head < slots.count {
            if let slot = slots[head] {
                let length = slots.count - head
                guard length > 4096, length > 8 * (count - stragglers.count) else { break }
                stragglers[firstSequence] = slot
            }
            head += 1
            firstSequence += 1
        }
        if head == slots.count {
            slots.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024, head > slots.count / 2 {
            slots.removeFirst(head)
            head = 0
        }
    }

    /// Remembers that a message came back; its outcome is known with the confirm that follows.
    ///
    /// A return carries no number. It belongs to the oldest message that it matches and that has not come back; two
    /// that are alike in everything that is compared may be exchanged, which changes nothing for either. Stragglers
    /// are not asked: a return does not take that long.
    ///
    /// - Returns: whether one was found.
    mutating func markReturned(code: Int, text: String, where matches: (Entry) -> Bool) -> Bool {
        let start = max(returnCursor, firstSequence)
        guard let found = find(start..<nextSequence, matches) ?? find(firstSequence..<start, matches) else {
            return false
        }
        slots[head + Int(found - firstSequence)]?.isReturned = true
        returns[found] = (code, text)
        returnCursor = found + 1
        return true
    }

    private func find(_ range: Range<UInt64>, _ matches: (Entry) -> Bool) -> UInt64? {
        range.first { sequence in
            guard let slot = slots[head + Int(sequence - firstSequence)] else { return false }
            return !slot.isReturned && matches(slot.entry)
        }
    }

    /// What has no answer, the oldest first, for as long as `body` wants more.
    func forEach(while body: (Entry) -> Bool) {
        for (_, slot) in stragglers.sorted(by: { $0.key < $1.key }) where !body(slot.entry) { return }
        for case let slot? in slots[head...] where !body(slot.entry) { return }
    }

    /// Everything that has no answer, in order; nothing is left.
    mutating func removeAll() -> [Entry] {
        let old = stragglers.sorted { $0.key < $1.key }.map(\.value.entry)
        let entries = old + slots[head...].compactMap { $0?.entry }
        self = UnconfirmedPublishes()
        return entries
    }
}
