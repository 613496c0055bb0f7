import Metrics
import Observability
import Testing

@Suite("Metrics") struct MetricRegistryTests {
    private let registry = MetricRegistry(help: ["jobs_total": "Jobs done."], maximumSeries: 3)

    private func lines(_ prefix: String) -> [String] {
        registry.prometheusText.split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
    }

    @Test("a counter only grows, and its labels may come in any order") func counter() {
        let one = Counter(label: "jobs", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        let two = Counter(label: "jobs", dimensions: [("a", "1"), ("b", "2")], factory: registry)
        one.increment()
        two.increment(by: 2)
        one.increment(by: -5)
        #expect(lines("jobs") == [#"jobs_total{a="1",b="2"} 3"#])
        #expect(registry.prometheusText.hasPrefix("# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\n"))
        one.reset()
        #expect(lines("jobs") == [#"jobs_total{a="1",b="2"} 0"#])
    }

    @Test("sums, gauges and values") func others() {
        let sum = FloatingPointCounter(label: "cost", factory: registry)
        sum.increment(by: 0.5)
        sum.increment(by: Double.nan)
        sum.increment(by: -1)
        #expect(lines("cost") == ["cost_total 0.5"])
        let gauge = Meter(label: "depth", factory: registry)
        gauge.set(3)
        gauge.increment(by: 1.5)
        gauge.decrement(by: 0.5)
        #expect(lines("depth") == ["depth 4.0"])
        gauge.set(Double.infinity)
        #expect(lines("depth") == ["depth +Inf"])
        let value = Recorder(label: "last", aggregate: false, factory: registry)
        value.record(7)
        #expect(lines("last") == ["last 7.0"])
    }

    @Test("timers are histograms of seconds, cumulative, with their sum") func timer() {
        let timer = Timer(label: "call", dimensions: [("outcome", "ok")], factory: registry)
        timer.recordMilliseconds(3)
        timer.recordMilliseconds(3)
        timer.recordSeconds(100)
        timer.recordNanoseconds(-1)
        let text = lines("call_seconds")
        #expect(text.contains(#"call_seconds_bucket{outcome="ok",le="0.0005"} 1"#))
        #expect(text.contains(#"call_seconds_bucket{outcome="ok",le="0.002"} 1"#))
        #expect(text.contains(#"call_seconds_bucket{outcome="ok",le="0.005"} 3"#))
        #expect(text.contains(#"call_seconds_bucket{outcome="ok",le="30.0"} 3"#))
        #expect(text.contains(#"call_seconds_bucket{outcome="ok",le="+Inf"} 4"#))
        #expect(text.contains(#"call_seconds_count{outcome="ok"} 4"#))
        #expect(text.contains(#"call_seconds_sum{outcome="ok"} 100.006"#))
        let sizes = Recorder(label: "rows", factory: registry)
        sizes.record(5)
        sizes.record(Double.nan)
        #expect(lines("rows").contains(#"rows_bucket{le="5.0"} 1"#))
        #expect(lines("rows").contains("rows_count 1"))
    }

    @Test("what clashes counts nothing, does not trap, and is counted") func clashes() {
        Counter(label: "jobs", factory: registry).increment()
        Meter(label: "jobs_total", factory: registry).set(9)
        Counter(label: "jobs", dimensions: [("a", "1"), ("a", "2")], factory: registry).increment()
        Counter(label: "", factory: registry).increment()
        Timer(label: "call", dimensions: [("le", "1")], factory: registry).recordSeconds(1)
        Counter(label: "jobs", dimensions: [("__name__", "1")], factory: registry).increment()
        #expect(lines("jobs") == ["jobs_total 1"])
        #expect(
            lines("switchboard_metrics") == [
                #"switchboard_metrics_refused_total{reason="clash"} 5"#,
                #"switchboard_metrics_refused_total{reason="series"} 0"#,
            ])
    }

    @Test("a label with endless values fills no memory") func series() {
        for value in 0..<10 { Counter(label: "jobs", dimensions: [("v", "\(value)")], factory: registry).increment() }
        #expect(lines("jobs").count == 3)
        #expect(lines("switchboard_metrics").last == #"switchboard_metrics_refused_total{reason="series"} 7"#)
    }

    @Test("names and values are made to fit") func escaping() {
        Counter(label: "1.jobs-done", dimensions: [("the.path", "a\"b\\c\nd")], factory: registry).increment()
        #expect(lines("_1") == [#"_1_jobs_done_total{the_path="a\"b\\c\nd"} 1"#])
    }

    @Test("counts are exact under contention") func contention() async {
        let counter = Counter(label: "jobs", factory: registry)
        let timer = Timer(label: "call", factory: registry)
        let gauge = Meter(label: "depth", factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        timer.recordNanoseconds(1)
                        gauge.increment(by: 1)
                    }
                }
            }
        }
        #expect(lines("jobs") == ["jobs_total 80000"])
        #expect(lines("depth") == ["depth 80000.0"])
        #expect(lines("call_seconds_count") == ["call_seconds_count 80000"])
    }
}
