import Messaging
import Testing

@testable import Simulator

@Suite("Outcomes") struct OutcomeTests {
    @Test("the numbers are the documented block, each once, and every outcome has one") func numbers() {
        let numbers = ScriptedNumber.all.map(\.number)
        #expect(Set(numbers).count == numbers.count)
        #expect(numbers.allSatisfy { isE164Number($0) && $0.hasPrefix("+150055501") })
        #expect(Set(ScriptedNumber.all.map(\.outcome)) == Set(Outcome.allCases))
        #expect(ScriptedNumber.outcome(of: "+15005550103") == .undeliveredUnreachable)
        #expect(ScriptedNumber.outcome(of: "+15005550106") == .undeliveredLandline)
        #expect(ScriptedNumber.outcome(of: "+15005550199") == .delivered)
    }

    private func states(_ outcome: Outcome, throughService: Bool = false) -> [String] {
        outcome.steps(throughService: throughService).map {
            $0.state.rawValue + ($0.errorCode.map { " \($0)" } ?? "") + ($0.copies == 1 ? "" : " ×\($0.copies)")
        }
    }

    @Test("every script is what its name says") func scripts() {
        #expect(states(.delivered) == ["sent", "delivered"])
        #expect(states(.delivered, throughService: true) == ["queued", "sent", "delivered"])
        #expect(states(.read) == ["sent", "delivered", "read"])
        #expect(states(.undeliveredUnreachable) == ["sent", "undelivered 30003"])
        #expect(states(.undeliveredUnknown) == ["sent", "undelivered 30005"])
        #expect(states(.undeliveredLandline) == ["sent", "undelivered 30006"])
        #expect(states(.undeliveredFiltered) == ["sent", "undelivered 30007"])
        #expect(states(.failedUnknown, throughService: true) == ["queued", "failed 30008"])
        #expect(states(.callbacksOutOfOrder, throughService: true) == ["delivered", "sent", "queued"])
        #expect(states(.callbacksTwice) == ["sent ×2", "delivered ×2"])
        #expect(states(.noCallbacks) == ["sent ×0", "delivered ×0"])
        for outcome in Outcome.allCases where !outcome.isTaken { #expect(states(outcome).isEmpty) }
    }

    @Test("a programmed number goes before the table, on every channel") func programming() throws {
        var book = OutcomeBook()
        #expect(book.outcome(for: "whatsapp:+15005550106") == .undeliveredLandline)
        let isTaken = book.program(.read, for: "+15005550106")
        #expect(isTaken)
        #expect(book.outcome(for: "whatsapp:+15005550106") == .read)
        for index in 1..<OutcomeBook.limit { _ = book.program(.read, for: "+1555\(index)") }
        let isOneTooMany = !book.program(.read, for: "+15559999999")
        let mayChange = book.program(.delivered, for: "+15005550106")
        #expect(isOneTooMany && mayChange)
        book.removeAll()
        #expect(book.outcome(for: "+15005550106") == .undeliveredLandline)
    }

    @Test("delays stray by their jitter and no more") func delays() {
        var delays = Simulator.CallbackDelays()
        delays.sent = .milliseconds(200)
        delays.jitter = 0.25
        #expect(delays.delay(.sent, chance: 0) == .milliseconds(150))
        #expect(delays.delay(.sent, chance: 0.5) == .milliseconds(200))
        #expect(delays.delay(.sent, chance: 1) == .milliseconds(250))
        #expect(delays.delay(.none, chance: 1) == .zero)
    }
}
