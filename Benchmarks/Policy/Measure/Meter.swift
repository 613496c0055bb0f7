import Allocations
import Foundation

/// What one call costs.
struct Cost {
    /// Nanoseconds of processor time.
    let time: Double
    let allocations: Double

    /// The cheapest of several rounds: what else runs on the machine only makes a round dearer.
    static func of(rounds: Int = 5, _ calls: Int, _ body: () -> Void) -> Cost {
        // What is made once is not counted.
        for _ in 0..<max(1, calls / 10) { body() }
        var (time, allocations) = (Double.infinity, Double.infinity)
        for _ in 0..<rounds {
            let (began, count) = (processorTime(), allocation_count())
            for _ in 0..<calls { body() }
            time = min(time, processorTime() - began)
            allocations = min(allocations, Double(allocation_count() - count))
        }
        return Cost(time: time / Double(calls), allocations: allocations / Double(calls))
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
