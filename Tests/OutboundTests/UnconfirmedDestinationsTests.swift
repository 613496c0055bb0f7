import Logging
import Testing

@testable import Outbound

@Suite("Destinations that take nothing") struct UnconfirmedDestinationsTests {
    @Test("are shown while any message waits, and said once when the first waits and once when none does")
    func countsWaiting() {
        let lines = CapturedLines()
        let destinations = UnconfirmedDestinations(logger: lines.logger)
        for _ in 0..<100 { destinations.begin("events message", reason: "a queue is full") }
        destinations.begin("delay transactional.5s", reason: "a queue is full")
        #expect(destinations.all == ["delay transactional.5s", "events message"])
        for _ in 0..<99 { destinations.end("events message") }
        #expect(lines.all.count == 2)
        #expect(destinations.all.contains("events message"))
        destinations.end("events message")
        #expect(destinations.all == ["delay transactional.5s"])
        #expect(lines.all.count == 3)
        destinations.end("events message")
        #expect(lines.all.count == 3)
        destinations.begin("events message", reason: "again")
        #expect(lines.all.count == 4)
    }
}
