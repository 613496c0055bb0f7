import FoundationEssentials
import Ledger
import Messaging
import Testing

@Suite struct ConversationTests {
    private func tell(
        _ ledger: any StatusLedger, _ id: String, recipient: RecipientToken = .anna, at: Date = noon,
        metadata: [String: String] = [:]
    ) async throws {
        _ = try await ledger.record(
            report(id, .accepted, sid: sid(7), attempt: 1, at: at) { report in
                report.recipient = recipient
                report.metadata = metadata
            })
    }

    @Test(arguments: TestedLedger.allCases)
    func theLastMessageToAPersonIsWhatSheAnswers(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.claim(claim("b"))
            #expect(try await ledger.conversation(recipient: [.anna], program: program) == nil)
            try await tell(ledger, "a", at: seconds(1), metadata: ["campaign": "spring", "quote\"": "\u{1F600}"])
            let first = try #require(try await ledger.conversation(recipient: [.anna], program: program))
            #expect(first.lastMessageID == "a")
            #expect(first.app == "shop")
            #expect(first.metadata == ["campaign": "spring", "quote\"": "\u{1F600}"])
            #expect(!first.id.isEmpty)
            try await tell(ledger, "b", at: seconds(2))
            let second = try #require(try await ledger.conversation(recipient: [.anna], program: program))
            #expect(second.lastMessageID == "b")
            #expect(second.metadata == [:])
            #expect(second.id == first.id)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func anEarlierMessageThatIsToldLaterChangesNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.claim(claim("b"))
            try await tell(ledger, "b", at: seconds(2))
            try await tell(ledger, "a", at: seconds(1))
            #expect(try await ledger.conversation(recipient: [.anna], program: program)?.lastMessageID == "b")
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func twoPeopleHaveTwoConversations(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.claim(claim("b", recipient: [.ben]))
            try await tell(ledger, "a")
            try await tell(ledger, "b", recipient: .ben)
            let anna = try #require(try await ledger.conversation(recipient: [.anna], program: program))
            let ben = try #require(try await ledger.conversation(recipient: [.ben], program: program))
            #expect(anna.lastMessageID == "a")
            #expect(ben.lastMessageID == "b")
            #expect(anna.id != ben.id)
            #expect(try await ledger.conversation(recipient: [.anna], program: "MGother") == nil)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aConversationIsFoundUnderAnOldToken(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            try await tell(ledger, "a")
            let found = try await ledger.conversation(recipient: [.annaNew, .anna], program: program)
            #expect(found?.lastMessageID == "a")
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aStatusAloneMakesNoConversation(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.record(report("a", .delivered, sid: sid(7)) { $0.recipient = .anna })
            #expect(try await ledger.conversation(recipient: [.anna], program: program) == nil)
        }
    }
}
