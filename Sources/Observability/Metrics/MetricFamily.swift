/// All series of one name.
struct MetricFamily {
    /// What is measured; a name has one kind for as long as the process runs.
    enum Kind {
        case counter, sum, gauge, distribution, timer
    }

    /// One combination of labels.
    enum Cell {
        case counter(CounterCell)
        case sum(SumCell)
        case gauge(GaugeCell)
        case histogram(HistogramCell)
    }

    let kind: Kind
    /// By the labels as the exposition writes them: `class="transactional",outcome="accepted"`.
    var series: [String: Cell] = [:]

    init(kind: Kind) {
        self.kind = kind
    }

    func makeCell(bounds: [Double]) -> Cell {
        switch kind {
        case .counter: .counter(CounterCell())
        case .sum: .sum(SumCell())
        case .gauge: .gauge(GaugeCell())
        case .distribution, .timer: .histogram(HistogramCell(bounds: bounds))
        }
    }
}

/// The name and labels of a series, as Prometheus allows them.
struct MetricName {
    let family: String
    /// Sorted by name.
    let labels: String

    /// nil when there is no name, or two labels have the same one.
    init?(_ label: String, dimensions: [(String, String)], kind: MetricFamily.Kind) {
        var name = Self.identifier(label)
        guard !name.isEmpty else { return nil }
        // The unit and the kind stand in the name (Prometheus, metric naming).
        let ending: String
        switch kind {
        case .counter, .sum: ending = "_total"
        case .timer: ending = "_seconds"
        case .gauge, .distribution: ending = ""
        }
        if !name.hasSuffix(ending) { name += ending }
        family = name

        let pairs = dimensions.map { (name: Self.identifier($0.0), value: $0.1) }.sorted { $0.name < $1.name }
        guard zip(pairs, pairs.dropFirst()).allSatisfy({ $0.name != $1.name }),
            // Prometheus keeps these for itself.
            pairs.allSatisfy({ !$0.name.isEmpty && $0.name != "le" && !$0.name.hasPrefix("__") })
        else { return nil }
        labels = pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
    }

    /// Letters, digits and underscores, not beginning with a digit.
    private static func identifier(_ text: String) -> String {
        let letters = text.utf8.map { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                ? byte : UInt8(ascii: "_")
        }
        let name = String(decoding: letters, as: UTF8.self)
        guard let first = letters.first, (0x30...0x39).contains(first) else { return name }
        return "_" + name
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
