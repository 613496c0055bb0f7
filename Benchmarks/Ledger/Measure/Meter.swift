import Foundation
import Synchronization

/// What a number of calls cost.
struct Figures: Codable {
    var name: String
    var calls: Int
    /// Calls a second.
    var rate: Double
    /// Microseconds from a call to its answer.
    var p50: Double
    var p99: Double
    var longest: Double
    /// Microseconds of processor time for a call: of this process, and of the database's.
    var processor: Double
    var server: Double
}

/// A number that many tasks add to.
final class Tally: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// What it was before.
    @discardableResult
    func add(_ number: Int) -> Int { count.wrappingAdd(number, ordering: .relaxed).oldValue }
}

/// Makes many calls at once, as a worker does.
struct Meter {
    let concurrency: Int
    /// The database's first process; its own CPU time counts with that of its children.
    let postmaster: Int32?

    func measure(
        _ name: String, _ calls: Int, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> Figures {
        let next = Tally()
        let (processor, server) = (Self.processorTime(), serverTime())
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    var times: [Double] = []
                    while true {
                        let number = next.add(1)
                        guard number < calls else { return times }
                        let start = ContinuousClock.now
                        try await body(number)
                        times.append((ContinuousClock.now - start) / .microseconds(1))
                    }
                }
            }
            return try await group.reduce(into: [Double]()) { $0 += $1 }.sorted()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let count = Double(max(1, calls))
        return Figures(
            name: name, calls: calls, rate: count / seconds, p50: times[times.count / 2],
            p99: times[times.count * 99 / 100], longest: times.last ?? 0,
            processor: (Self.processorTime() - processor) / count, server: (serverTime() - server) / count)
    }

    /// Microseconds.
    private static func processorTime() -> Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    /// Microseconds, to the hundredth of a second that the kernel counts.
    private func serverTime() -> Double {
        guard let postmaster else { return 0 }
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let ticks = processes.reduce(0.0) { sum, name in
            guard Int32(name) != nil, let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let end = stat.lastIndex(of: ")")
            else { return sum }
            // After the name: state, parent, … utime and stime are the 12th and 13th, those of ended children follow.
            let fields = stat[stat.index(end, offsetBy: 2)...].split(separator: " ")
            guard fields.count > 14, Int32(name) == postmaster || Int32(fields[1]) == postmaster else { return sum }
            return sum + (11...14).reduce(0) { $0 + (Double(fields[$1]) ?? 0) }
        }
        return ticks * 1e6 / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
