import CLinux
import HeapModule

/// Names a timer of one loop.
public struct LoopTimer: Hashable, Sendable {
    let id: UInt64
}

/// Timers of a loop, soonest first. Touched by the loop's thread alone.
struct TimerQueue {
    private struct Entry: Comparable {
        let deadline: UInt64
        let id: UInt64

        static func < (left: Entry, right: Entry) -> Bool {
            (left.deadline, left.id) < (right.deadline, right.id)
        }
    }

    private var heap = Heap<Entry>()
    private var bodies: [UInt64: @Sendable () -> Void] = [:]
    private var lastID: UInt64 = 0

    mutating func schedule(at deadline: UInt64, _ body: @escaping @Sendable () -> Void) -> LoopTimer {
        lastID += 1
        heap.insert(Entry(deadline: deadline, id: lastID))
        bodies[lastID] = body
        return LoopTimer(id: lastID)
    }

    /// The entry stays in the heap until it is due, or until such leftovers outnumber the living.
    mutating func cancel(_ timer: LoopTimer) {
        guard bodies.removeValue(forKey: timer.id) != nil else { return }
        guard heap.count > 2 * bodies.count + 64 else { return }
        heap = Heap(heap.unordered.filter { bodies[$0.id] != nil })
    }

    /// Takes out the body of the next timer that is due; the caller calls it, since it may schedule and cancel timers.
    mutating func takeDue(now: UInt64) -> (@Sendable () -> Void)? {
        while let next = heap.min, next.deadline <= now {
            heap.removeMin()
            if let body = bodies.removeValue(forKey: next.id) { return body }
        }
        return nil
    }

    /// How long until the next timer; nil when there is none.
    mutating func untilNext(now: UInt64) -> Duration? {
        while let next = heap.min {
            if bodies[next.id] == nil {
                heap.removeMin()
            } else {
                return next.deadline > now ? .nanoseconds(Int64(clamping: next.deadline - now)) : .zero
            }
        }
        return nil
    }
}

/// Nanoseconds of the monotonic clock.
func monotonicNanoseconds() -> UInt64 { linux_monotonic_nanoseconds() }

extension UInt64 {
    /// This instant plus `duration`; a negative duration counts as zero, and the end of time is never passed.
    func advanced(by duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return self }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        let (sum, late) = addingReportingOverflow(whole)
        guard !late else { return .max }
        let (instant, tooLate) = sum.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return tooLate ? .max : instant
    }
}
