/// How long a database that could not be reached is left alone.
struct ReconnectPause {
    private var failure: (error: any Error, until: ContinuousClock.Instant)?
    private var failures = 0

    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(5)

    /// The last error, while the pause lasts.
    var error: (any Error)? {
        guard let failure, ContinuousClock.now < failure.until else { return nil }
        return failure.error
    }

    /// Each failure doubles the pause; of it between a half and the whole is taken, so that many do not come back at once.
    mutating func failed(_ error: any Error) {
        let whole = min(Self.first * (1 << min(failures, 6)), Self.longest)
        failure = (error, ContinuousClock.now + whole * Double.random(in: 0.5...1))
        failures += 1
    }

    mutating func succeeded() {
        failure = nil
        failures = 0
    }
}
