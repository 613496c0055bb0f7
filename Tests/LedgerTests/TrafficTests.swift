import FoundationEssentials
import Messaging
import Testing

@testable import Ledger

/// What was sent counts for what follows.
@Suite struct TrafficTests {
    private static let daily = TrafficQuestion.Count(kinds: 8, seconds: 86_400)

    private func question(
        _ count: TrafficQuestion.Count = daily, limit: Int = 3, isBinding: Bool = true, purpose: String = "spring",
        kind: UInt8 = 8
    ) -> TrafficQuestion {
        var question = TrafficQuestion(purpose: purpose, kind: kind)
        question.caps = [TrafficQuestion.Cap(count, limit: limit, isBinding: isBinding)]
        question.countsFor = count.seconds
        return question
    }

    private func asking(
        _ id: String, _ question: TrafficQuestion, recipient: [RecipientToken] = [.anna], at now: Date = noon
    ) -> MessageClaim {
        var claim = claim(id, recipient: recipient, at: now)
        claim.traffic = question
        return claim
    }

    private func counting(
        _ id: String, _ question: TrafficQuestion, attempt: Int = 1, recipient: [RecipientToken] = [.anna],
        at now: Date = noon
    ) -> AttemptStart {
        var start = start(id, attempt: attempt, recipient: recipient, at: now)
        start.traffic = question
        return start
    }

    /// Claims and begins in two steps.
    private func send(
        _ ledger: any MessageLedger, _ id: String, _ question: TrafficQuestion, recipient: [RecipientToken] = [.anna],
        at now: Date = noon
    ) async throws -> AttemptGrant {
        _ = try await ledger.claim(asking(id, question, recipient: recipient, at: now))
        return try await ledger.begin(counting(id, question, recipient: recipient, at: now))
    }

    /// What a new message would be told.
    private func sent(
        _ ledger: any MessageLedger, _ question: TrafficQuestion, recipient: [RecipientToken] = [.anna],
        at now: Date = noon
    ) async throws -> Int? {
        let id = "probe-\(now.timeIntervalSince1970)-\(recipient[0])-\(question.purpose)-\(question.caps[0].count)"
        let claimed = try await ledger.claim(
            asking(String(id.hashValue.magnitude), question, recipient: recipient, at: now))
        return claimed.traffic.sent[question.caps[0].count]
    }

    @Test(arguments: TestedLedger.allCases)
    func nothingIsToldThatWasNotAsked(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            #expect(try await ledger.claim(claim("a")).traffic == .unknown)
            #expect(try await ledger.claim(asking("b", TrafficQuestion(purpose: "x", kind: 2))).traffic == .unknown)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatWasSentCountsForADayAndNoLonger(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let question = question()
            #expect(try await sent(ledger, question) == 0)
            #expect(try await send(ledger, "a", question, at: noon) == .granted)
            #expect(try await send(ledger, "b", question, at: seconds(60)) == .granted)
            #expect(try await sent(ledger, question, at: seconds(61)) == 2)
            #expect(try await sent(ledger, question, recipient: [.ben], at: seconds(61)) == 0)
            #expect(try await send(ledger, "c", question, at: seconds(120)) == .granted)
            // The answer ends at the limit, and the fourth is not begun.
            #expect(try await send(ledger, "d", question, at: seconds(180)) == .factsChanged)
            #expect(try await sent(ledger, question, at: seconds(86_399.9)) == 3)
            #expect(try await sent(ledger, question, at: seconds(86_400)) == 2)
            #expect(try await ledger.begin(counting("d", question, at: seconds(86_400))) == .granted)
            #expect(try await sent(ledger, question, at: seconds(86_401)) == 3)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aCapThatOnlyWarnsStopsNothing(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let question = question(limit: 1, isBinding: false)
            #expect(try await send(ledger, "a", question) == .granted)
            #expect(try await sent(ledger, question, at: seconds(1)) == 1)
            #expect(try await send(ledger, "b", question, at: seconds(1)) == .granted)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatHasNothingInCommonDoesNotCount(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let all: [TrafficQuestion.Count.Scope] = [[], .app, .program, .purpose, [.app, .program, .purpose]]
            func counts(_ purpose: String, kinds: UInt8 = 8) async throws -> [Int?] {
                var counts: [Int?] = []
                for scope in all {
                    let count = TrafficQuestion.Count(kinds: kinds, seconds: 86_400, scope: scope)
                    counts.append(try await sent(ledger, question(count, limit: 9, purpose: purpose), at: seconds(9)))
                }
                return counts
            }
            #expect(try await send(ledger, "a", question(limit: 9)) == .granted)
            #expect(try await send(ledger, "b", question(limit: 9, purpose: "autumn")) == .granted)
            #expect(try await send(ledger, "c", question(limit: 9, purpose: "order", kind: 2)) == .granted)
            var (claim, start) = (asking("d", question(limit: 9)), counting("d", question(limit: 9)))
            (claim.key, start.key) = (MessageKey(app: "bank", messageID: "d"), MessageKey(app: "bank", messageID: "d"))
            (claim.program, start.program) = ("+15005550006", "+15005550006")
            _ = try await ledger.claim(claim)
            #expect(try await ledger.begin(start) == .granted)
            #expect(try await counts("spring") == [3, 2, 2, 2, 1])
            #expect(try await counts("autumn") == [3, 2, 2, 1, 1])
            #expect(try await counts("order") == [3, 2, 2, 0, 0])
            #expect(try await counts("order", kinds: 10) == [4, 3, 3, 1, 1])
            #expect(try await counts("order", kinds: 4) == [0, 0, 0, 0, 0])
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func ofManyAtOnceNoMoreAreBegunThanTheCapLets(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            let question = question()
            let granted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    let ledger = ledgers[number % 2]
                    group.addTask {
                        let (_, begun) = try await ledger.claim(asking("\(number)", question)) { claimed in
                            guard let sent = claimed.traffic.sent[Self.daily], sent < 3 else { return nil }
                            return counting("\(number)", question)
                        }
                        return begun?.grant == .granted
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(granted == 3)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aMessageCountsOnceHoweverOftenItIsCalled(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let question = question(limit: 1)
            #expect(try await send(ledger, "a", question) == .granted)
            #expect(try await ledger.settle(settlement("a", .unknown)))
            let again = try await ledger.claim(asking("a", question, at: seconds(60)))
            #expect(again.traffic.sent[Self.daily] == 0)
            #expect(try await ledger.begin(counting("a", question, attempt: 2, at: seconds(60))) == .granted)
            let wide = self.question(limit: 9)
            #expect(try await sent(ledger, wide, at: seconds(61)) == 1)
            // It counts from its last call.
            #expect(try await sent(ledger, wide, at: seconds(86_430)) == 1)
            #expect(try await sent(ledger, wide, at: seconds(86_460)) == 0)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatTheProviderDidNotTakeDoesNotCount(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let question = question(limit: 9)
            let results: [(Settlement.Result, Int)] = [
                (.held, 0), (.refused(code: 21211), 0), (.unknown, 1),
                (.accepted(Acceptance(sid: sid(1), status: "queued")), 2),
            ]
            for (number, (result, expected)) in results.enumerated() {
                #expect(try await send(ledger, "\(number)", question, at: seconds(Double(number))) == .granted)
                var end = settlement("\(number)", result, at: seconds(50))
                end.counted = counting("\(number)", question, at: seconds(Double(number)))
                #expect(try await ledger.settle(end))
                #expect(try await sent(ledger, question, at: seconds(60 + Double(number))) == expected)
            }
            // A callback has told that the provider has the message, whatever the worker was told.
            #expect(try await send(ledger, "told", question, at: seconds(70)) == .granted)
            #expect(try await ledger.record(report("told", .sent, sid: sid(2), attempt: 9)))
            var end = settlement("told", .held, at: seconds(71))
            end.counted = counting("told", question, at: seconds(70))
            #expect(try await ledger.settle(end))
            #expect(try await sent(ledger, question, at: seconds(72)) == 3)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatWasSentUnderAnOlderKeyCounts(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            let question = question(limit: 2)
            #expect(try await send(ledger, "a", question) == .granted)
            let both: [RecipientToken] = [.annaNew, .anna]
            #expect(try await sent(ledger, question, recipient: both, at: seconds(1)) == 1)
            #expect(try await send(ledger, "b", question, recipient: both, at: seconds(2)) == .granted)
            #expect(try await sent(ledger, question, recipient: both, at: seconds(3)) == 2)
            #expect(try await send(ledger, "c", question, recipient: both, at: seconds(4)) == .factsChanged)
            // An attempt that was begun under the older key is found again.
            #expect(try await ledger.settle(settlement("a", .unknown, at: seconds(5))))
            #expect(
                try await ledger.begin(counting("a", question, attempt: 2, recipient: both, at: seconds(6)))
                    == .granted)
            #expect(try await sent(ledger, self.question(limit: 9), recipient: both, at: seconds(7)) == 2)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aPrefixIsCountedForTenMinutes(_ store: TestedLedger) async throws {
        try await store.run(ledgers: 2) { ledgers async throws in
            var question = TrafficQuestion(purpose: "code", kind: 1)
            question.prefix = TrafficQuestion.Prefix("14155", limit: 3)
            var other = question
            other.prefix = TrafficQuestion.Prefix("14156", limit: 3)
            func toPrefix(_ id: String, _ question: TrafficQuestion, at now: Date) async throws -> Int? {
                try await ledgers[0].claim(asking(id, question, at: now)).traffic.toPrefixIn10Minutes
            }
            #expect(try await toPrefix("p0", question, at: noon) == 0)
            for (number, person) in [RecipientToken.anna, .ben, .annaNew].enumerated() {
                let ledger = ledgers[number % 2]
                #expect(
                    try await send(ledger, "\(number)", question, recipient: [person], at: seconds(Double(number) * 60))
                        == .granted)
            }
            #expect(try await toPrefix("p1", question, at: seconds(121)) == 3)
            #expect(try await toPrefix("p2", other, at: seconds(121)) == 0)
            #expect(try await send(ledgers[0], "d", question, at: seconds(121)) == .factsChanged)
            #expect(try await send(ledgers[0], "e", other, at: seconds(121)) == .granted)
            #expect(try await toPrefix("p3", question, at: seconds(599)) == 3)
            #expect(try await toPrefix("p4", question, at: seconds(600)) == 2)
            #expect(try await ledgers[1].begin(counting("d", question, at: seconds(600))) == .granted)
            var end = settlement("d", .held, at: seconds(601))
            end.counted = counting("d", question, at: seconds(600))
            #expect(try await ledgers[1].settle(end))
            #expect(try await toPrefix("p5", question, at: seconds(602)) == 2)
            #expect(try await toPrefix("p6", question, at: seconds(2000)) == 0)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aPersonsLastMessageIsKnownByItsSenderAndChannel(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var question = TrafficQuestion(purpose: "reply", kind: 16)
            question.asksLastInbound = true
            func last(_ id: String, change: (inout MessageClaim) -> Void = { _ in }) async throws
                -> TrafficFacts.LastInbound?
            {
                var claim = asking(id, question, recipient: [.annaNew, .anna])
                claim.channel = .whatsapp
                change(&claim)
                return try await ledger.claim(claim).traffic.lastInbound
            }
            #expect(try await last("a") == .never)
            var note = InboundNote(sid: sid(1), at: noon)
            note.recipient = .anna
            note.channel = .whatsapp
            note.senders = [program, "+15005550006"]
            try await ledger.noteInbound(note)
            #expect(try await last("b") == .at(noon))
            #expect(try await last("c") { $0.program = "+15005550006" } == .at(noon))
            #expect(try await last("d") { $0.program = "+15005550007" } == .never)
            #expect(try await last("e") { $0.channel = .sms } == .never)
            #expect(try await last("f") { $0.recipient = [.ben] } == .never)
            (note.sid, note.at) = (sid(2), seconds(90))
            try await ledger.noteInbound(note)
            // What comes late moves nothing back.
            (note.sid, note.at) = (sid(3), seconds(30))
            try await ledger.noteInbound(note)
            #expect(try await last("g") == .at(seconds(90)))
            (note.sid, note.recipient, note.at) = (sid(4), .annaNew, seconds(120))
            try await ledger.noteInbound(note)
            #expect(try await last("h") == .at(seconds(120)))
            #expect(try await ledger.seenInbound([sid(1), sid(4), sid(9)]) == [sid(1), sid(4)])
            // A picture answers a text, and the other way round; neither opens WhatsApp's window.
            (note.sid, note.channel, note.at) = (sid(5), .mms, seconds(600))
            try await ledger.noteInbound(note)
            #expect(try await last("i") { $0.channel = .sms } == .at(seconds(600)))
            #expect(try await last("j") { $0.channel = .rcs } == .at(seconds(600)))
            #expect(try await last("k") == .at(seconds(120)))
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func aNumberIsBadForItsChannelUntilADelivery(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var question = TrafficQuestion(purpose: "x", kind: 2)
            question.badNumberAge = 86_400
            func state(_ id: String, _ channel: Channel = .sms, at now: Date) async throws -> TrafficFacts.NumberState?
            {
                var claim = asking(id, question, recipient: [.annaNew, .anna], at: now)
                claim.channel = channel
                return try await ledger.claim(claim).traffic.numberState
            }
            func tell(
                _ id: String, _ status: MessageStatus, _ code: Int?, _ channel: Channel = .sms, at: Date
            ) async throws {
                _ = try await ledger.record(
                    report(id, status, sid: status == .refused ? nil : sid(1), attempt: 1, at: at) {
                        $0.errorCode = code
                        $0.recipient = .anna
                        $0.channel = channel
                    })
            }
            #expect(try await state("a", at: noon) == .good)
            for code in [30003, 30007, 21610] { try await tell("x\(code)", .undelivered, code, at: noon) }
            #expect(try await state("b", at: noon) == .good)
            try await tell("m", .undelivered, 30006, at: noon)
            #expect(try await state("c", at: seconds(1)) == .bad(code: 30006))
            #expect(try await state("d", .whatsapp, at: seconds(1)) == .good)
            #expect(try await state("e", at: seconds(86_400)) == .good)
            // One that was delivered before says nothing; the next word counts.
            try await tell("n", .delivered, nil, at: seconds(-1))
            #expect(try await state("f", at: seconds(1)) == .bad(code: 30006))
            try await tell("o", .refused, 21211, at: seconds(10))
            #expect(try await state("g", at: seconds(11)) == .bad(code: 21211))
            try await tell("p", .delivered, nil, .mms, at: seconds(20))
            #expect(try await state("h", at: seconds(21)) == .bad(code: 21211))
            try await tell("q", .delivered, nil, at: seconds(20))
            #expect(try await state("i", at: seconds(21)) == .good)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func theFirstMessageOfAProgramIsKnown(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var question = TrafficQuestion(purpose: "news", kind: 4)
            question.asksFirstOfProgram = true
            #expect(try await ledger.claim(asking("a", question)).traffic.isFirstOfProgram == true)
            _ = try await ledger.record(
                report("a", .accepted, sid: sid(1), attempt: 1) {
                    $0.recipient = .anna
                    $0.program = program
                })
            #expect(
                try await ledger.claim(asking("b", question, recipient: [.annaNew, .anna])).traffic.isFirstOfProgram
                    == false)
            #expect(try await ledger.claim(asking("c", question, recipient: [.ben])).traffic.isFirstOfProgram == true)
        }
    }

    @Test(arguments: TestedLedger.allCases)
    func whatNothingLooksBackOnIsForgotten(_ store: TestedLedger) async throws {
        try await store.run { ledger async throws in
            var question = question(TrafficQuestion.Count(kinds: 8, seconds: 7 * 86_400))
            question.prefix = TrafficQuestion.Prefix("14155", limit: 9)
            #expect(try await send(ledger, "a", question) == .granted)
            var note = InboundNote(sid: sid(1), at: noon)
            (note.recipient, note.channel, note.senders) = (.anna, .sms, [program])
            try await ledger.noteInbound(note)
            _ = try await ledger.record(
                report("a", .undelivered, sid: sid(1), attempt: 1) {
                    ($0.errorCode, $0.recipient, $0.channel) = (30005, .anna, .sms)
                })
            func pruned(day: Double) async throws -> Int {
                let now = seconds(day * 86_400 + 3601)
                _ = try await ledger.claim(claim("live-\(day)", at: now))
                let told = try await ledger.prunable(.floor, now: now)[.traffic]
                var removed = 0
                var outcome = PruneStep.Outcome.goesOn
                while outcome == .goesOn {
                    let step = try await ledger.prune(
                        PruneRequest(retention: .floor, now: now, holder: "r1", interval: 0))
                    removed += step.removed[.traffic] ?? 0
                    outcome = step.outcome
                }
                #expect(told == removed)
                return removed
            }
            var all: [Int] = []
            for day in [0, 1, 2, 6.9, 7, 119, 120] { all.append(try await pruned(day: day)) }
            // The prefix, the last message, the count, the bad number.
            #expect(all == [0, 1, 1, 0, 1, 0, 1])
        }
    }
}
