import FoundationEssentials
import Ledger
import Messaging
import Testing

@Suite struct ConsentWordsTests {
    @Test(arguments: TestedLedger.allCases)
    func aPersonsWordsAreToldUnderEveryToken(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var everything = change(.revoked, "import:list.csv:7", recipient: .annaNew, at: seconds(2))
            everything.programs = [ConsentChange.everything]
            everything.keyword = "STOPALL"
            #expect(try await ledger.apply(everything))
            #expect(try await ledger.apply(change(.granted, sid(1), at: seconds(1))))
            #expect(try await ledger.apply(change(.revoked, sid(2), recipient: .ben)))
            let words = try await ledger.words(of: [.annaNew, .anna])
            let no = ConsentWord(
                recipient: .annaNew, program: ConsentChange.everything, kind: .revoked, at: seconds(2),
                evidence: "import:list.csv:7", keyword: "STOPALL")
            let yes = ConsentWord(
                recipient: .anna, program: program, kind: .granted, at: seconds(1), evidence: sid(1), keyword: nil)
            #expect(words == [no, yes] || words == [yes, no])
            #expect(try await ledger.words(of: []) == [])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func allWordsAreReadPageByPageEachOnce(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.words(after: nil, limit: 10) == [])
            var expected: Set<String> = []
            for person in 0..<7 {
                let recipient = RecipientToken("ph_k1_person\(person)")
                for program in [ConsentChange.everything, "MG1", "+15005550006"] {
                    // One evidence may stand for many.
                    #expect(
                        try await ledger.apply(change(.revoked, "list", recipient: recipient, programs: [program])))
                    expected.insert("\(recipient) \(program)")
                }
            }
            for limit in [1, 2, 5, 21, 100] {
                var read: [String] = []
                var last: ConsentWord?
                repeat {
                    let page = try await ledger.words(after: last, limit: limit)
                    #expect(page.count <= limit)
                    read += page.map { "\($0.recipient) \($0.program)" }
                    last = page.last
                } while last != nil
                #expect(read.count == expected.count)
                #expect(Set(read) == expected)
            }
        }
    }

    /// A list that is imported again, and late, neither undoes a later word nor counts twice.
    @Test(arguments: TestedLedger.allCases)
    func whatIsImportedAgainChangesNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let no = change(.revoked, "import:list.csv:2", at: seconds(5))
            #expect(try await ledger.apply(no))
            #expect(try await !ledger.apply(change(.granted, "import:list.csv:3", at: seconds(3))))
            #expect(try await !ledger.apply(no))
            let facts = RecipientFacts(consent: .revoked, consentEpoch: 1, revokedAt: seconds(5))
            #expect(try await ledger.facts(recipient: [.anna], program: program) == facts)
            #expect(try await ledger.apply(change(.granted, sid(1), at: seconds(9))))
            #expect(try await !ledger.apply(no))
            #expect(try await ledger.facts(recipient: [.anna], program: program).consent == .granted)
        }
    }
}
