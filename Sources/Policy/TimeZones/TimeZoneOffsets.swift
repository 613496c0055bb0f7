/// How far a time zone's clocks are from UTC, at every instant of the years 2000 to 2100.
struct TimeZoneOffsets: Sendable, Equatable {
    /// Seconds to be added to UTC before the first change.
    let initial: Int
    /// When the clocks change, in seconds since 1970, ascending.
    let changes: [Int]
    /// The offset from each change on, in seconds.
    let offsets: [Int]

    /// What stands before this instant, 2000-01-01, is of no use to a message that is yet to be sent.
    static let start = 946_684_800
    /// The last year for which the rule of a zone is written out.
    static let lastYear = 2100

    /// Keeps what changes the offset after ``start``.
    ///
    /// - Parameter changes: ascending; of two at one instant the later counts.
    init(initial: Int, changes: [(at: Int, offset: Int)]) {
        var first = initial
        var instants: [Int] = []
        var offsets: [Int] = []
        for (index, change) in changes.enumerated() {
            if index + 1 < changes.count, changes[index + 1].at == change.at { continue }
            if change.at <= Self.start {
                first = change.offset
            } else if change.offset != offsets.last ?? first {
                instants.append(change.at)
                offsets.append(change.offset)
            }
        }
        self.initial = first
        self.changes = instants
        self.offsets = offsets
    }

    /// Seconds to be added to UTC at an instant.
    func offset(at instant: Int) -> Int {
        let index = changesUpTo(instant)
        return index == 0 ? initial : offsets[index - 1]
    }

    /// The first change after an instant; nil when the clocks never change again.
    func nextChange(after instant: Int) -> Int? {
        let index = changesUpTo(instant)
        return index < changes.count ? changes[index] : nil
    }

    /// How many changes have happened at an instant.
    private func changesUpTo(_ instant: Int) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
