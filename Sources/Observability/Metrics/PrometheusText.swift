extension MetricRegistry {
    /// The media type of ``prometheusText``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Every metric in Prometheus' text exposition format 0.0.4, sorted.
    public var prometheusText: String {
        let (families, help, clashes, overflows) = contents
        var text = ""
        for (name, family) in families {
            if let help = help[name] { text += "# HELP \(name) \(help)\n" }
            text += "# TYPE \(name) \(family.kind.typeName)\n"
            for (labels, cell) in family.series.sorted(by: { $0.key < $1.key }) {
                append(cell, name: name, labels: labels, to: &text)
            }
        }
        let name = "switchboard_metrics_refused_total"
        text += "# HELP \(name) Instruments that clash with another or exceed the number of series.\n"
        text +=
            "# TYPE \(name) counter\n\(name){reason=\"clash\"} \(clashes)\n\(name){reason=\"series\"} \(overflows)\n"
        return text
    }

    private func append(_ cell: MetricFamily.Cell, name: String, labels: String, to text: inout String) {
        let series = labels.isEmpty ? name : "\(name){\(labels)}"
        switch cell {
        case .counter(let cell): text += "\(series) \(cell.value)\n"
        case .sum(let cell): text += "\(series) \(number(cell.value))\n"
        case .gauge(let cell): text += "\(series) \(number(cell.value))\n"
        case .histogram(let cell):
            let snapshot = cell.snapshot
            let separator = labels.isEmpty ? "" : ","
            let suffix = labels.isEmpty ? "" : "{\(labels)}"
            var below: UInt64 = 0
            for (bound, count) in zip(cell.bounds, snapshot.counts) {
                below &+= count
                text += "\(name)_bucket{\(labels)\(separator)le=\"\(number(bound))\"} \(below)\n"
            }
            let total = snapshot.counts.reduce(0, &+)
            text += "\(name)_bucket{\(labels)\(separator)le=\"+Inf\"} \(total)\n"
            text += "\(name)_sum\(suffix) \(number(snapshot.sum))\n\(name)_count\(suffix) \(total)\n"
        }
    }

    private func number(_ value: Double) -> String {
        switch value {
        case .infinity: "+Inf"
        case -.infinity: "-Inf"
        case _ where value.isNaN: "NaN"
        default: "\(value)"
        }
    }
}

extension MetricFamily.Kind {
    fileprivate var typeName: String {
        switch self {
        case .counter, .sum: "counter"
        case .gauge: "gauge"
        case .distribution, .timer: "histogram"
        }
    }
}
