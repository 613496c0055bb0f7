import Messaging
import Postgres
import Testing

@testable import Ledger

/// In which order a batch locks, and who is told what.
@Suite struct BatchOrderTests {
    private func query(_ name: String) -> PostgresQuery { PostgresQuery(PostgresStatement(name)) }

    @Test func allBatchesLockInOneOrderAndEachCallGetsItsAnswers() {
        let calls = [
            [
                LedgerStep(.message(.shop("b")), query("message b")),
                LedgerStep(.conversation(.anna, program), query("conversation")),
            ],
            [LedgerStep(.message(.shop("a")), query("message a"))],
            [LedgerStep(.bridge("b1"), query("bridge"))],
            [LedgerStep(.consent(.ben, ""), query("consent")), LedgerStep(.message(.shop("a")), query("again a"))],
        ]
        let ordered = OrderedSteps(calls)
        #expect(
            ordered.queries.map(\.statement.sql)
                == ["bridge", "consent", "message a", "again a", "message b", "conversation"])
        let answers = (0..<6).map { number in
            var rows = PostgresRows()
            rows.count = number
            return rows
        }
        #expect(ordered.byCall(answers, count: 4).map { $0.map(\.count) } == [[4, 5], [2], [0], [1, 3]])
    }

    @Test(arguments: [
        "", "plain", "\u{0}", "a\u{0}b\u{0}", "\u{10FFFF}", "\u{10FFFF}0\u{0}1\u{10FFFF}", "\u{F4}\u{1F600}\u{10FFFE}",
    ])
    func everyTextComesBackAndHoldsNoZero(text: String) {
        let stored = StoredText.stored(text)
        #expect(!stored.utf8.contains(0))
        #expect(StoredText.original(stored) == text)
    }
}
