import ArgumentParser

/// A length of time as an operator writes and reads it: `90s`, `15m`, `2h`, `7d`.
struct Age: Equatable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    let seconds: Double

    init(seconds: Double) {
        self.seconds = seconds
    }

    /// A whole number and its unit; nil for anything else.
    init?(argument: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = argument.last, let unit = units[last], argument.count <= 8,
            argument.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(argument.dropLast())
        else { return nil }
        seconds = Double(count) * unit
    }

    /// Rounded down, with the largest unit that fits.
    var description: String {
        // A header may hold any instant.
        let whole = Int(min(max(seconds, 0), 1e12))
        return switch whole {
        case ..<120: "\(whole)s"
        case ..<7200: "\(whole / 60)m"
        case ..<172_800: "\(whole / 3600)h"
        default: "\(whole / 86_400)d"
        }
    }
}
