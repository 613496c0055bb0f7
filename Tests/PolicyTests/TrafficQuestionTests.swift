import Foundation
import Messaging
import Testing

@testable import Policy

@Suite("What the policy asks of earlier messages") struct TrafficQuestionTests {
    private let now = Date(timeIntervalSince1970: 1_795_291_200)  // 2026-11-21T20:00:00Z

    private func engine(_ further: String, overlay: PolicyOverlay = .none) throws -> PolicyEngine {
        PolicyEngine(
            try PolicyDocument(yaml: Array("name: a\njurisdictions: {world: {}, US: {}, US-FL: {}}\n\(further)".utf8)),
            overlay: overlay)
    }

    private func candidate(
        _ to: String = "+13055550132", class messageClass: MessageClass = .promotional, app: String = "shop",
        purpose: String = "spring", region: String? = nil, content: Bool = false
    ) throws -> Candidate {
        let template = #"{"to": "\#(to)", "content": {"sid": "HX00000000000000000000000000000001"}}"#
        var request =
            content
            ? try SendRequest(json: Array(template.utf8))
            : SendRequest(to: try Address(to), body: "Sale. Reply STOP to end.")
        request.recipient.region = region
        return Candidate(
            request: request, text: request.body, app: app, messageClass: messageClass, purpose: purpose,
            isTrusted: true)
    }

    private func problem(_ yaml: String) -> String? {
        do {
            _ = try engine(yaml)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("only what a rule needs is asked") func shipped() throws {
        let plain = PolicyEngine.shipped.trafficQuestion(try candidate("+442071838750", class: .transactional))
        var expected = TrafficQuestion(purpose: "spring", kind: 2)
        expected.badNumberAge = 30 * 86_400
        #expect(plain == expected)
        let florida = PolicyEngine.shipped.trafficQuestion(try candidate())
        #expect(florida.caps == [TrafficQuestion.Cap(.init(kinds: 8, seconds: 86_400), limit: 3)])
        #expect(florida.countsFor == 86_400)
        // No cap holds in California, but a later message may name a region that has one.
        let california = PolicyEngine.shipped.trafficQuestion(try candidate("+14155550132"))
        #expect(california.caps.isEmpty && california.countsFor == 86_400)
        let moved = PolicyEngine.shipped.trafficQuestion(try candidate("+14155550132", region: "US-FL"))
        #expect(moved.caps == florida.caps)
        #expect(PolicyEngine.shipped.trafficQuestion(try candidate("+33612345678")).countsFor == nil)
        #expect(PolicyEngine.shipped.trafficQuestion(try candidate("messenger:abc")).badNumberAge == nil)
        let development = PolicyEngine(overlay: .development).trafficQuestion(try candidate())
        #expect(development.caps.map(\.isBinding) == [false])
    }

    @Test("a person's last message matters to free text on WhatsApp and to replies; a program's first one to news")
    func inbound() throws {
        func asks(_ to: String, _ purpose: String, content: Bool = false) throws -> [Bool] {
            let question = PolicyEngine.shipped.trafficQuestion(
                try candidate(to, class: .transactional, purpose: purpose, content: content))
            return [question.asksLastInbound, question.asksFirstOfProgram]
        }
        #expect(try asks("whatsapp:+14155550132", "order") == [true, false])
        #expect(try asks("whatsapp:+14155550132", "order", content: true) == [false, false])
        #expect(try asks("+14155550132", "reply") == [true, false])
        #expect(try asks("+14155550132", "informational") == [false, true])
        #expect(try asks("+14155550132", "order") == [false, false])
    }

    @Test("the first news of a program says how to end them; a later one need not") func firstOfProgram() throws {
        func outcome(_ isFirst: Bool?) throws -> String {
            var request = SendRequest(to: try Address("+14155550132"), body: "The park is closed.")
            request.consentEvidence = "x"
            var traffic = TrafficFacts()
            traffic.isFirstOfProgram = isFirst
            let decision = PolicyEngine.shipped.decide(
                Candidate(
                    request: request, text: request.body, app: "shop", messageClass: .transactional,
                    purpose: "informational", isTrusted: true), facts: nil, traffic: traffic, now: now)
            let rule = "content.opt-out-instruction"
            if decision.notRun.contains(rule) { return "notRun" }
            return decision.reasons.first { $0.rule == rule }?.effect.rawValue ?? "none"
        }
        #expect(try [outcome(nil), outcome(true), outcome(false)] == ["notRun", "block", "none"])
    }

    @Test("a prefix has the country code and at most four digits, and leaves four") func prefixes() throws {
        let engine = try engine("limits: {perPrefix: 500}")
        for (number, prefix) in [
            ("+14155550132", "14155"), ("+447700900123", "447700"), ("+35312345678", "3531234"), ("+2901234", "290"),
            ("+29012345678", "2901234"), ("whatsapp:+5511987654321", "551198"),
        ] {
            #expect(engine.trafficQuestion(try candidate(number)).prefix == .init(prefix, limit: 500), "\(number)")
        }
        #expect(engine.trafficQuestion(try candidate("messenger:abc")).prefix == nil)
        #expect(engine.trafficQuestion(try candidate("+1415555O132")).prefix == nil)
    }

    @Test("caps of one law, of any length, for what messages have in common") func caps() throws {
        let engine = try engine(
            """
            overlays:
              - name: own
                apps: [shop]
                cap:
                  - {per24Hours: 2}
                  - {name: weekly, limit: 5, hours: 168, within: [app, purpose], kinds: [promotional, informational]}
            """)
        let question = engine.trafficQuestion(try candidate())
        let weekly = TrafficQuestion.Count(kinds: 12, seconds: 604_800, scope: [.app, .purpose])
        #expect(question.caps == [.init(.init(kinds: 8, seconds: 86_400), limit: 2), .init(weekly, limit: 5)])
        #expect(question.countsFor == 604_800)
        // Another app's messages count for this one's daily cap.
        let other = engine.trafficQuestion(try candidate(app: "bank"))
        #expect(other.caps.isEmpty && other.countsFor == 604_800)
        #expect(engine.trafficQuestion(try candidate(class: .transactional)).countsFor == nil)
        var traffic = TrafficFacts()
        traffic.sent = [weekly: 5, .init(kinds: 8, seconds: 86_400): 1]
        let decision = engine.decide(try candidate(), facts: nil, traffic: traffic, now: now)
        #expect(decision.outcome == .drop)
        #expect(decision.reasons.map(\.rule) == ["cap.own.weekly"])
        #expect(decision.reasons.first?.why == "5 messages in 168 hours; at most 5 are sent")
        #expect(decision.passed.contains("cap.own"))
        #expect(decision.facts.sentIn24Hours == 1)
        #expect(engine.decide(try candidate(), facts: nil, now: now).notRun.contains("cap.own.weekly"))
    }

    @Test(
        "what is wrong with a cap is told",
        arguments: [
            ("{}", "has neither per24Hours alone nor limit and hours together"),
            ("{limit: 3}", "has neither per24Hours alone nor limit and hours together"),
            ("{per24Hours: 3, hours: 2}", "has neither per24Hours alone nor limit and hours together"),
            ("{limit: 3, hours: 721}", "is not a whole number of 1 to 720"),
            ("{per24Hours: 0}", "is not a whole number of 1 to 1000000"),
            ("{per24Hours: 3, within: [sender]}", "is none of app program purpose"),
            ("{per24Hours: 3, name: A}", "is not 1 to 32 of a-z, 0-9 and -"),
            ("[{per24Hours: 3}, {limit: 3, hours: 2}]", "has the name of another cap: cap.own"),
            ("3", "is not a mapping of keys to values"),
        ]) func capProblems(yaml: String, expected: String) throws
    {
        let told = try #require(problem("overlays: [{name: own, cap: \(yaml)}]\n"))
        #expect(told.hasSuffix(expected), "\(told)")
    }

    @Test("an app's purposes have kinds of their own; what sells sells all the same") func kinds() throws {
        let engine = try engine(
            """
            kinds: {reply: [chat], one-time-code: [code]}
            overlays:
              - {name: bank, apps: [bank], kinds: {one-time-code: [login], informational: [code]}}
            """)
        func kind(_ app: String, _ purpose: String, _ messageClass: MessageClass = .transactional) throws -> UInt8 {
            engine.trafficQuestion(try candidate(class: messageClass, app: app, purpose: purpose)).kind
        }
        #expect(try [kind("shop", "login"), kind("bank", "login")] == [2, 1])
        #expect(try [kind("shop", "code"), kind("bank", "code"), kind("bank", "chat")] == [1, 4, 16])
        #expect(try kind("bank", "login", .promotional) == 8)
    }

    @Test("overlays that may meet give a purpose one kind") func contradictoryKinds() {
        func overlays(_ one: String, _ two: String) -> String {
            "overlays: [{name: a, kinds: {reply: [chat]}\(one)}, {name: b, kinds: {informational: [chat]}\(two)}]\n"
        }
        let told = "contradicts a: both may hold for a message, and chat is of another kind there"
        for (one, two) in [("", ""), (", apps: [shop]", ""), (", apps: [shop]", ", apps: [shop, bank]")] {
            #expect(problem(overlays(one, two))?.hasSuffix(told) == true)
        }
        for (one, two) in [
            (", apps: [shop]", ", apps: [bank]"), (", countries: [US]", ", countries: [CA]"),
            (", mode: development", ", mode: staging"), (", purposes: [x]", ""),
        ] { #expect(problem(overlays(one, two)) == nil, "\(one) \(two)") }
    }

    @Test("a purpose of an app may be let off what an opt-out ends") func exemptPurposes() throws {
        let engine = try engine(
            """
            overlays:
              - {name: bank-alarms, apps: [bank], purposes: [card-blocked], optOutExempt: [transactional]}
            """)
        let facts = RecipientFacts(consent: .revoked, consentEpoch: 1)
        func outcome(_ app: String, _ purpose: String) throws -> Effect {
            engine.decide(
                try candidate(class: .transactional, app: app, purpose: purpose), facts: facts, now: now
            ).outcome
        }
        #expect(try outcome("bank", "card-blocked") == .warn)
        #expect(try outcome("bank", "statement") == .block)
        #expect(try outcome("shop", "card-blocked") == .block)
    }

    @Test("known bad numbers are kept for as long as the policy says, or not at all") func knownBad() throws {
        #expect(try engine("limits: {knownBad: 2}").trafficQuestion(try candidate()).badNumberAge == 172_800)
        let off = try engine("")
        #expect(off.trafficQuestion(try candidate()).badNumberAge == nil)
        let decision = off.decide(try candidate(), facts: nil, now: now)
        #expect(!decision.notRun.contains("number.known-bad") && !decision.passed.contains("number.known-bad"))
        #expect(problem("limits: {knownBad: 121}\n") != nil)
    }

    @Test("a decision tells when the hours end, through changes of the clocks and over midnight") func closing() throws
    {
        func closesAt(_ to: String, _ at: String, _ engine: PolicyEngine = .shipped) throws -> String? {
            engine.decide(try candidate(to), facts: nil, now: try #require(parseRFC3339(at))).closesAt
                .map(formatRFC3339)
        }
        // Florida ends before the United States do.
        #expect(try closesAt("+13055550132", "2026-11-24T15:00:00Z") == "2026-11-25T01:00:00.000Z")
        // Every zone: the easternmost ends first.
        #expect(try closesAt("+18005550132", "2026-01-15T18:00:00Z") == "2026-01-16T02:00:00.000Z")
        #expect(try closesAt("+13055550132", "2026-11-25T02:00:00Z") == nil)
        let nights = try engine(
            "overlays: [{name: own, quietHours: {open: {daily: [\"00:00-02:30\", \"20:00-24:00\"]}}}]\n")
        #expect(try closesAt("+12125550132", "2026-01-15T03:00:00Z", nights) == "2026-01-15T07:30:00.000Z")
        // The clocks skip 02:00 to 03:00: half past two never comes.
        #expect(try closesAt("+12125550132", "2026-03-08T05:00:00Z", nights) == "2026-03-08T07:00:00.000Z")
        // And they show 01:00 to 02:00 twice.
        #expect(try closesAt("+12125550132", "2026-11-01T05:30:00Z", nights) == "2026-11-01T07:30:00.000Z")
        let always = try engine("overlays: [{name: own, quietHours: {open: {daily: \"00:00-24:00\"}}}]\n")
        #expect(try closesAt("+12125550132", "2026-01-15T03:00:00Z", always) == nil)
        #expect(
            try closesAt("+13055550132", "2026-11-24T15:00:00Z", PolicyEngine(overlay: .development)) == nil)
        var json = PolicyEngine.shipped.decide(try candidate(), facts: nil, now: now)
        let record = json.json
        json.closesAt = nil
        #expect(record == json.json)
    }

    @Test("the first closed instant is the one that a search minute by minute finds") func closingBySearch() throws {
        let database = TimeZoneDatabase.system
        let hours = [
            "{mon-fri: \"09:00-18:00\", sat-sun: \"10:00-17:00\"}", "{daily: [\"00:00-01:30\", \"02:15-24:00\"]}",
            "{mon-sat: \"00:00-24:00\"}",
        ]
        for text in hours {
            let document = try PolicyDocument(
                yaml: Array("name: a\njurisdictions: {world: {quietHours: {open: \(text)}}}\n".utf8))
            let open = try #require(document.jurisdictions.first?.law.quietHours?.hours)
            for name in ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"] {
                let zone = database[try #require(database.index(of: name))]
                // The changes of 2026 in the north, and two days between them.
                for day in [1_772_928_000, 1_793_491_200, 1_774_742_400, 1_792_886_400, 1_775_260_800, 1_780_000_000] {
                    for start in stride(from: day, to: day + 86_400, by: 5 * 3600 + 1320) {
                        let limit = start + 86_400
                        let searched =
                            stride(from: start, to: limit, by: 60).first {
                                !open.isOpen(at: $0, offset: zone.offset(at: $0))
                            } ?? limit
                        let found = open.firstClosed(from: start, limit: limit, in: zone)
                        // A search by minutes may come up to a minute late.
                        #expect(found <= searched && searched - found < 60, "\(name) \(text) \(start)")
                    }
                }
            }
        }
    }

    @Test("what waits until it has expired is dropped, and still says until when it would wait") func expiry() throws {
        func decision(expires: String) throws -> Decision {
            var request = try candidate().request
            request.consentEvidence = "x"
            request.expiresAt = parseRFC3339(expires)
            return PolicyEngine.shipped.decide(
                Candidate(
                    request: request, text: request.body, app: "shop", messageClass: .promotional, purpose: "spring",
                    isTrusted: true),
                facts: RecipientFacts(
                    consent: .none, consentEpoch: 0, consentKnownAt: parseRFC3339("2026-11-24T01:05:00Z")),
                now: try #require(parseRFC3339("2026-11-24T01:05:00Z")))
        }
        let late = try decision(expires: "2026-11-24T13:00:00Z")
        #expect(late.outcome == .drop)
        #expect(late.decidingReason?.rule == "guard.expired")
        #expect(!late.passed.contains("guard.expired"))
        #expect(late.notBefore == parseRFC3339("2026-11-24T13:00:00Z"))
        let early = try decision(expires: "2026-11-24T13:00:01Z")
        #expect(early.outcome == .defer && early.passed.contains("guard.expired"))
    }
}
