import FoundationEssentials

extension Date {
    /// Microseconds since 1970, clamped to what fits: an instant from outside may be anything.
    var microseconds: Int64 {
        let value = (timeIntervalSince1970 * 1_000_000).rounded()
        guard value == value else { return 0 }
        return value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
    }

    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}
