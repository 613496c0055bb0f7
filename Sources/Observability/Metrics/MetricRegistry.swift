public import Metrics
import Synchronization

/// Keeps the process's metrics, and writes them for Prometheus.
///
/// A series is found once, when its instrument is made; after that an increment is one atomic addition, and an observation
/// one short lock. An instrument that cannot be (a name of another kind, a label that is reserved or given twice, too many
/// series of a name) counts nothing and is itself counted.
public final class MetricRegistry: MetricsFactory, Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])
    private let help: [String: String]
    private let maximumSeries: Int
    private let clashes = CounterCell()
    private let overflows = CounterCell()

    /// - Parameters:
    ///   - help: what a name means, for the exposition.
    ///   - maximumSeries: of one name; a label whose values come from outside must not fill the memory.
    public init(help: [String: String] = Instruments.help, maximumSeries: Int = 1000) {
        self.help = help
        self.maximumSeries = maximumSeries
    }

    /// Upper bounds of a timer, in seconds: from what one machine takes to what a person waits.
    static let timerBounds = [
        0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30,
    ]
    /// Upper bounds of any other distribution: sizes and numbers.
    static let distributionBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000.0]

    private func cell(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricFamily.Kind
    ) -> MetricFamily.Cell? {
        guard let name = MetricName(label, dimensions: dimensions, kind: kind) else {
            clashes.increment(by: 1)
            return nil
        }
        return families.withLock { families in
            var family = families[name.family] ?? MetricFamily(kind: kind)
            guard family.kind == kind else {
                clashes.increment(by: 1)
                return nil
            }
            if let known = family.series[name.labels] { return known }
            guard family.series.count < maximumSeries else {
                overflows.increment(by: 1)
                return nil
            }
            let made = family.makeCell(bounds: kind == .timer ? Self.timerBounds : Self.distributionBounds)
            family.series[name.labels] = made
            families[name.family] = family
            return made
        }
    }

    /// The families by name, and what could not be.
    var contents:
        (families: [(name: String, family: MetricFamily)], help: [String: String], clashes: Int64, overflows: Int64)
    {
        let sorted = families.withLock { families in families.map { (name: $0.key, family: $0.value) } }
            .sorted { $0.name < $1.name }
        return (sorted, help, clashes.value, overflows.value)
    }
}

extension MetricRegistry {
    /// A whole number that only grows; `_total` is added to its name.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let cell) = cell(label, dimensions, .counter) { return cell }
        return NOOPMetricsHandler.instance
    }

    /// A sum that only grows; `_total` is added to its name.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        if case .sum(let cell) = cell(label, dimensions, .sum) { return cell }
        return NOOPMetricsHandler.instance
    }

    /// A value that goes up and down.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .gauge(let cell) = cell(label, dimensions, .gauge) { return cell }
        return NOOPMetricsHandler.instance
    }

    /// A histogram where it aggregates, else the last value.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        switch cell(label, dimensions, aggregate ? .distribution : .gauge) {
        case .gauge(let cell): cell
        case .histogram(let cell): cell
        default: NOOPMetricsHandler.instance
        }
    }

    /// A histogram of seconds; `_seconds` is added to its name.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        if case .histogram(let cell) = cell(label, dimensions, .timer) { return cell }
        return NOOPMetricsHandler.instance
    }

    /// Series are few and live as long as the process, so that a rate over a restart of a service stays right.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// As with counters.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// As with counters.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// As with counters.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// As with counters.
    public func destroyTimer(_ handler: any TimerHandler) {}
}
