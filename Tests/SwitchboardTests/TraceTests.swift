import Foundation
import Messaging
import Testing

@testable import Switchboard

@Suite("Tracing a message") struct TraceTests {
    private let now = Date(timeIntervalSince1970: 1_795_273_200)

    private func report(_ state: AttemptState, change: (inout MessageTrace) -> Void = { _ in }) -> TraceReport {
        var trace = MessageTrace(
            key: MessageKey(app: "shop", messageID: "order-17"), firstSeenAt: now.addingTimeInterval(-90), state: state,
            attempts: 1, changedAt: now.addingTimeInterval(-10))
        trace.messageClass = .transactional
        trace.purpose = "order-shipped"
        trace.channel = .sms
        change(&trace)
        return TraceReport(trace, inDoubtGrace: 30, now: now)
    }

    @Test("an unknown outcome says when it is looked up") func unknown() {
        let lines = report(.unknown(attempt: 1, since: now.addingTimeInterval(-10))) { $0.worker = "w-1" }.lines
        #expect(
            lines == [
                "message      shop/order-17", "class        transactional", "purpose      order-shipped",
                "channel      sms", "first seen   2026-11-21T14:58:30.000Z",
                "state        unknown since 2026-11-21T14:59:50.000Z", "attempts     1", "worker       w-1",
                "next         a callback settles it, or it is looked up at the provider "
                    + "at 2026-11-21T15:00:20.000Z at the earliest",
            ])
        let late = report(.unknown(attempt: 1, since: now.addingTimeInterval(-31))).lines.last
        #expect(late?.hasSuffix("when it comes back from the delay ladder") == true)
    }

    @Test(
        "every state says what comes next",
        arguments: [
            (.held(attempts: 1), "judged when a worker gets it"),
            (.attempting(attempt: 1, worker: "w", since: .distantPast), "looked up"),
            (.accepted(attempt: 1, sid: "SM1", providerStatus: "queued"), "callbacks tell"),
            (.refused(attempt: 1, code: 21211), "replay show order-17"),
            (.abandoned(attempt: 1), "replay show order-17"), (.closed(.blocked), "it is final"),
        ] as [(AttemptState, String)])
    func next(state: AttemptState, expected: String) {
        #expect(report(state).lines.last?.contains(expected) == true)
    }

    @Test("decisions are shown by their reasons, statuses with their times, and JSON holds the record whole")
    func decision() throws {
        let record =
            #"{"outcome":"block","reasons":[{"rule":"opt-out.program","effect":"block","why":"she said STOP"}],"passed":[]}"#
        let made = report(.closed(.blocked)) { trace in
            trace.decision = Array(record.utf8)
            trace.status = .blocked
            trace.statusAt = now
            trace.finalAt = now
            trace.errorCode = 30003
        }
        #expect(made.lines.contains("decision     block by opt-out.program: she said STOP"))
        #expect(made.lines.contains("status       blocked at 2026-11-21T15:00:00.000Z"))
        #expect(made.lines.contains("error        30003"))
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(made.json)) as? [String: Any])
        #expect(json["state"] as? String == "blocked")
        #expect(json["app"] as? String == "shop")
        #expect((json["decision"] as? [String: Any])?["outcome"] as? String == "block")
        #expect(json["sid"] == nil)
    }

    @Test("what stands in the ledger does nothing to a terminal, and a strange record is left out") func hostile() {
        let lines = report(.held(attempts: 0)) { trace in
            trace.deferralReason = "a\u{1B}[2Jb\ncall +14155550132"
            trace.decision = Array("{".utf8)
        }.lines
        #expect(lines.allSatisfy { line in line.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
        #expect(!lines.joined().contains("4155550132"))
        #expect(!lines.contains { $0.hasPrefix("decision") })
    }

    @Test("a message that the ledger does not know may have been given up") func absent() {
        let text = TraceReport.unknown(id: "order-17", app: "shop")
        #expect(text.contains("order-17 of shop"))
        #expect(text.contains("switchboard replay show order-17"))
    }
}
