import FoundationEssentials
import Ledger
import Messaging
import Testing

/// What is kept of one person, shown and erased.
@Suite struct PersonalRecordsTests {
    private static let both: [RecipientToken] = [.annaNew, .anna]

    /// Five messages that were delivered, to Anna and Ben in turns, and one of Anna's that is on its way.
    private func fill(_ ledger: any LedgerStore) async throws {
        for number in 1...5 {
            let recipient: RecipientToken = number % 2 == 1 ? .anna : .ben
            let id = "m\(number)"
            _ = try await ledger.claim(claim(id, recipient: [recipient], at: seconds(Double(number))))
            _ = try await ledger.begin(start(id, recipient: [recipient], at: seconds(Double(number))))
            _ = try await ledger.settle(settlement(id, .accepted(Acceptance(sid: sid(number), status: "queued"))))
            for status in [MessageStatus.accepted, .delivered] {
                _ = try await ledger.record(
                    report(id, status, sid: sid(number), attempt: 1, at: seconds(Double(number) + 10)) { report in
                        report.recipient = recipient
                        report.metadata = ["order": id]
                    })
            }
        }
        _ = try await ledger.claim(claim("waiting", recipient: [.annaNew], at: seconds(6)))
    }

    private func messages(_ ledger: any LedgerStore, limit: Int) async throws -> [MessageTrace] {
        var (messages, row): ([MessageTrace], Int64?) = ([], nil)
        repeat {
            let part = try await ledger.messages(to: Self.both, after: row, limit: limit)
            messages += part.messages
            row = part.next
        } while row != nil
        return messages
    }

    private func erase(_ ledger: any LedgerStore, limit: Int) async throws -> ErasedMessages {
        var sum = ErasedMessages(erased: 0, kept: 0, next: nil)
        repeat {
            let part = try await ledger.erase(messagesTo: Self.both, after: sum.next, limit: limit)
            sum = ErasedMessages(erased: sum.erased + part.erased, kept: sum.kept + part.kept, next: part.next)
        } while sum.next != nil
        return sum
    }

    @Test(arguments: TestedLedger.allCases)
    func aPersonsMessagesAreFoundUnderEveryTokenPartByPart(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await messages(ledger, limit: 3) == [])
            try await fill(ledger)
            for limit in [1, 2, 6, 100] {
                let found = try await messages(ledger, limit: limit)
                #expect(found.map(\.key) == ["m1", "m3", "m5", "waiting"].map { .shop($0) })
                #expect(found.first?.sid == sid(1) && found.first?.status == .delivered)
                #expect(found.last?.state == .held(attempts: 0))
            }
            #expect(try await ledger.messages(to: [], after: nil, limit: 100).messages == [])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatHasEndedLosesItsRecipientAndIsRecognisedAllTheSame(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await fill(ledger)
            #expect(try await erase(ledger, limit: 2) == ErasedMessages(erased: 3, kept: 1, next: nil))
            #expect(try await messages(ledger, limit: 100).map(\.key) == [.shop("waiting")])
            #expect(try await ledger.messages(to: [.ben], after: nil, limit: 100).messages.count == 2)
            // Nothing more the second time.
            #expect(try await erase(ledger, limit: 100) == ErasedMessages(erased: 0, kept: 1, next: nil))
            // The app repeats its request: nothing is sent again, and another request under the id is a conflict.
            let again = try await ledger.claim(claim("m1", recipient: [.anna], at: seconds(60)))
            #expect(try await messages(ledger, limit: 100).map(\.key) == [.shop("waiting")])
            #expect(again.state == .accepted(attempt: 1, sid: sid(1), providerStatus: "queued"))
            #expect(again.isSameRequest)
            #expect(try await !ledger.claim(claim("m3", hash: 9, recipient: [.anna], at: seconds(60))).isSameRequest)
            // A later status finds it.
            #expect(try await ledger.record(report("m5", .read, sid: sid(5), attempt: 1, at: seconds(70))))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theRestIsToldAndRemovedButForANo(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            try await fill(ledger)
            _ = try await ledger.apply(change(.granted, sid(91), programs: [program], at: seconds(1)))
            _ = try await ledger.apply(change(.revoked, sid(92), programs: ["+15005550006"], at: seconds(2)))
            _ = try await ledger.apply(change(.granted, sid(93), recipient: .ben, at: seconds(3)))
            let facts = try await ledger.facts(of: Self.both)
            let conversation = try #require(facts.first)
            #expect(facts.count == 1)
            #expect(conversation.kind == .conversation)
            #expect(conversation.app == "shop" && conversation.messageID == "m5" && conversation.program == program)
            #expect(conversation.metadata == #"{"order":"m5"}"#)

            let removed = try await ledger.erase(factsOf: Self.both)
            #expect(removed == ErasedFacts(facts: [.conversation: 1], grants: 1))
            #expect(try await ledger.facts(of: Self.both) == [])
            #expect(try await ledger.conversation(recipient: [.anna], program: program) == nil)
            let words = try await ledger.words(of: Self.both)
            #expect(words.map(\.kind) == [.revoked])
            #expect(words.first?.program == "+15005550006")
            #expect(try await ledger.facts(of: [.ben]).count == 1)
            #expect(try await ledger.words(of: [.ben]).count == 1)
            #expect(try await ledger.erase(factsOf: Self.both) == ErasedFacts(facts: [:], grants: 0))
            #expect(try await ledger.erase(factsOf: []) == ErasedFacts(facts: [:], grants: 0))
        }
    }

    /// What stands under a key that is gone is somebody's, and is told to be.
    @Test(arguments: TestedLedger.allCases)
    func keysThatAreNotAskedForAreTold(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let keys = ["k1", "k2", "k3"].map { TokenKeyFingerprint(id: $0, fingerprint: Array($0.utf8)) }
            #expect(try await ledger.admit(keys) == [])
            #expect(try await ledger.keys(besides: []) == [])
            try await fill(ledger)
            #expect(try await ledger.keys(besides: []) == ["k1"])
            #expect(try await ledger.keys(besides: ["k1"]) == [])
            #expect(try await ledger.keys(besides: ["k", "k2"]) == ["k1"])
        }
    }

    /// What events would say of a message whose end is awaited is kept with it.
    @Test(arguments: TestedLedger.allCases)
    func whatIsKeptUntilTheEndIsToldToo(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.claim(claim("a"))
            _ = try await ledger.begin(start("a"))
            _ = try await ledger.settle(settlement("a", .accepted(Acceptance(sid: sid(1), status: "queued"))))
            let recipient = RecipientReference(token: .anna, masked: "+1********32", country: "US", id: "crm-7")
            let accepted = report("a", .accepted, sid: sid(1), attempt: 1) { report in
                report.recipient = .anna
                report.origin = MessageOrigin(message: context("a"), recipient: recipient)
                report.lookAt = seconds(60)
            }
            _ = try await ledger.record(accepted)
            let origin = try #require(try await messages(ledger, limit: 10).first?.origin)
            #expect(origin.contains(#""rid":"crm-7""#) && origin.contains(#""masked":"+1********32""#))
        }
    }

    /// A worker that was told of the yes before it was erased must learn of the no that came since.
    @Test(arguments: TestedLedger.allCases)
    func aNoAfterAnErasureIsNeverTakenForTheYesBeforeIt(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            _ = try await ledger.apply(change(.granted, sid(1), at: seconds(1)))
            let claimed = try await ledger.claim(claim("a"))
            #expect(claimed.facts.consent == .granted)
            _ = try await ledger.erase(factsOf: Self.both)
            _ = try await ledger.apply(change(.revoked, sid(2), at: seconds(2)))
            let late = start("a", epoch: claimed.facts.consentEpoch)
            #expect(try await ledger.begin(late) == .factsChanged)
            #expect(try await ledger.claim(claim("a")).facts.consent == .revoked)
        }
    }

    /// What caps count, when the person wrote last, and a bad number.
    @Test(arguments: TestedLedger.allCases)
    func whatIsKeptForCapsAndWindowsGoesToo(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var question = TrafficQuestion(purpose: "spring", kind: 8)
            let daily = TrafficQuestion.Count(kinds: 8, seconds: 86_400)
            question.caps = [TrafficQuestion.Cap(daily, limit: 3, isBinding: true)]
            question.countsFor = 86_400
            var asking = claim("capped")
            asking.traffic = question
            _ = try await ledger.claim(asking)
            var beginning = start("capped")
            beginning.traffic = question
            _ = try await ledger.begin(beginning)
            let kinds = try await ledger.facts(of: Self.both).map(\.kind)
            #expect(kinds == [.sent])
            #expect(try await ledger.facts(of: Self.both).first?.purpose == "spring")
            #expect(try await ledger.erase(factsOf: Self.both).facts == [.sent: 1])
            #expect(try await ledger.facts(of: Self.both) == [])
        }
    }
}
