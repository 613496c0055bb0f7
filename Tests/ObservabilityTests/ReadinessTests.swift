@testable import Observability
import Testing

@Suite("Readiness") struct ReadinessTests {
    @Test("a part that does not answer in time is not ready") func timeout() async {
        let stuck = ReadinessCheck("stuck") {
            try? await Task.sleep(for: .seconds(3600))
            return .ready
        }
        let report = await ReadinessReport(
            [ReadinessCheck("quick") { .ready }, stuck], timeout: .milliseconds(500))
        #expect(!report.isReady)
        #expect(report.states.map(\.name) == ["quick", "stuck"])
        #expect(report.states.map(\.state) == [.ready, .notReady("no answer within 0.5 seconds")])
    }

    @Test("a part that works with something to look at is ready, and says what") func degraded() async {
        let report = await ReadinessReport([ReadinessCheck("bridge") { .degraded("3 wait") }])
        #expect(report.isReady)
        #expect(report.json == #"{"ready":true,"checks":[{"name":"bridge","ready":true,"reason":"3 wait"}]}"#)
    }

    @Test("a process without parts is ready") func empty() async {
        let report = await ReadinessReport([])
        #expect(report.isReady)
        #expect(report.json == #"{"ready":true,"checks":[]}"#)
    }
}
