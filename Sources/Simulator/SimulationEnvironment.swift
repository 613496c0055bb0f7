public import FoundationEssentials

/// Time and chance, handed in so that a test decides both.
public struct SimulationEnvironment: Sendable {
    /// The time of day, for dates of messages and for what is left of a webhook's total time.
    public var now: @Sendable () -> Date
    /// Waits, or throws `CancellationError`.
    public var sleep: @Sendable (Duration) async throws -> Void
    /// A number from 0 up to, but not including, 1.
    public var random: @Sendable () -> Double
    /// 32 lower-case hexadecimal digits that do not come again: the tail of a SID.
    public var identifier: @Sendable () -> String

    /// What is given.
    public init(
        now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> Double, identifier: @escaping @Sendable () -> String
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
        self.identifier = identifier
    }

    /// The system's clock and its random numbers.
    public static let system = SimulationEnvironment(
        now: { Date() }, sleep: { try await Task.sleep(for: $0, clock: .continuous) },
        random: { Double.random(in: 0..<1) },
        identifier: { hexadecimal(UInt64.random(in: .min ... .max)) + hexadecimal(UInt64.random(in: .min ... .max)) })

    /// An instant between two ends.
    func pick(from range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * random()
    }

    /// The identifier as the text form of a UUID.
    func uuid() -> String {
        let digits = Array(identifier().prefix(32))
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0.clamped(to: 0..<digits.count)]) }.joined(separator: "-")
    }
}

/// 16 hexadecimal digits.
private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
