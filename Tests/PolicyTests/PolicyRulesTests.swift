import Foundation
import Messaging
import Testing

@testable import Policy

@Suite("The rules of the policy") struct PolicyRulesTests {
    private let now = Date(timeIntervalSince1970: 1_795_291_200)  // 2026-11-21T20:00:00Z

    private func candidate(
        _ to: String = "+14155550132", _ text: String? = "Sale. Reply STOP to end.",
        class messageClass: MessageClass = .promotional,
        purpose: String = "spring", isTrusted: Bool = true, evidence: String? = "signup-1", app: String = "shop",
        channel: Channel? = nil
    ) throws -> Candidate {
        var request = SendRequest(to: try Address(to), channel: channel, body: text)
        request.consentEvidence = evidence
        return Candidate(
            request: request, text: text, app: app, messageClass: messageClass, purpose: purpose, isTrusted: isTrusted)
    }

    private func facts(_ consent: RecipientFacts.Consent) -> RecipientFacts {
        RecipientFacts(consent: consent, consentEpoch: 1, consentKnownAt: now)
    }

    private func effect(_ rule: String, _ decision: Decision) -> String {
        if let reason = decision.reasons.first(where: { $0.rule == rule }) { return reason.effect.rawValue }
        if decision.passed.contains(rule) { return "passed" }
        return decision.notRun.contains(rule) ? "notRun" : "absent"
    }

    @Test("consent: a recorded yes, or the evidence of a trusted app; neither lifts a STOP") func consent() throws {
        func judge(_ consent: RecipientFacts.Consent?, trusted: Bool, evidence: String?) throws -> String {
            effect(
                "consent.promotional",
                PolicyEngine.shipped.decide(
                    try candidate(isTrusted: trusted, evidence: evidence), facts: consent.map(facts), now: now))
        }
        #expect(try judge(.granted, trusted: false, evidence: nil) == "passed")
        #expect(try judge(RecipientFacts.Consent.none, trusted: true, evidence: "x") == "passed")
        #expect(try judge(RecipientFacts.Consent.none, trusted: false, evidence: "x") == "block")
        #expect(try judge(RecipientFacts.Consent.none, trusted: true, evidence: nil) == "block")
        #expect(try judge(nil, trusted: true, evidence: nil) == "notRun")
        #expect(try judge(nil, trusted: true, evidence: "x") == "passed")
        let stopped = PolicyEngine.shipped.decide(try candidate(), facts: facts(.revoked), now: now)
        #expect(stopped.outcome == .block)
        #expect(effect("opt-out.program", stopped) == "block")
    }

    @Test("of the laws of several places the strictest holds, whichever comes first") func strictest() throws {
        var request = SendRequest(to: try Address("+525512345678"), body: "Sale")
        request.consentEvidence = "signup-1"
        func judge(_ isTrusted: Bool) -> Decision {
            PolicyEngine.shipped.decide(
                Candidate(
                    request: request, text: "Sale", app: "shop", messageClass: .promotional, purpose: "spring",
                    isTrusted: isTrusted), facts: facts(.granted), now: now)
        }
        #expect(effect("content.opt-out-instruction", judge(true)) == "warn")
        request.recipient.region = "US-TX"
        #expect(effect("content.opt-out-instruction", judge(true)) == "block")
        #expect(effect("content.opt-out-instruction", judge(false)) == "warn")
    }

    @Test("a brand is found however many overlays there are") func manyBrands() throws {
        let overlays = (1...70).map { "  - {name: o\($0), apps: [app\($0)], brands: [Brand\($0)]}" }
        let document = try PolicyDocument(
            yaml: Array(
                (["name: test", "jurisdictions: {world: {}}", "overlays:"] + overlays).joined(separator: "\n").utf8))
        let engine = PolicyEngine(document)
        for number in [1, 64, 65, 70] {
            let names = try candidate("+14155550132", "Sale at Brand\(number)", app: "app\(number)")
            #expect(effect("content.brand", engine.decide(names, facts: facts(.granted), now: now)) == "passed")
            let other = try candidate("+14155550132", "Sale at Brand2", app: "app\(number)")
            #expect(effect("content.brand", engine.decide(other, facts: facts(.granted), now: now)) == "block")
        }
    }

    @Test("an overlay of a mode holds in that mode alone", arguments: ["development", "staging", "live"])
    func modes(mode: String) throws {
        let document = try PolicyDocument(
            yaml: Array(
                """
                name: test
                jurisdictions: {world: {}}
                overlays: [{name: bank, mode: \(mode), allowedCountries: [CA]}]
                """.utf8))
        let candidate = try candidate(class: .transactional)
        for other in ["development", "staging", "live"] {
            let engine = PolicyEngine(document, overlay: .mode(other))
            let decision = engine.decide(candidate, facts: facts(.none), now: now)
            #expect((decision.outcome == .block) == (other == mode), "\(other)")
        }
        let revisions = Set(["staging", "live"].map { PolicyEngine(document, overlay: .mode($0)).revision.revision })
        #expect(revisions.count == (mode == "development" ? 1 : 2))
    }

    @Test("a one-time code goes on after a STOP; the same purpose in the class promotional does not")
    func oneTimeCode() throws {
        func judge(_ messageClass: MessageClass, _ purpose: String) throws -> Decision {
            PolicyEngine.shipped.decide(
                try candidate(class: messageClass, purpose: purpose), facts: facts(.revoked), now: now)
        }
        #expect(try judge(.transactional, "one-time-code").outcome == .warn)
        #expect(try judge(.transactional, "order-shipped").outcome == .block)
        #expect(try judge(.promotional, "one-time-code").outcome == .block)
    }

    @Test("informational messages need consent in the United States, and a reply needs a message to reply to")
    func kinds() throws {
        let news = PolicyEngine.shipped.decide(
            try candidate(class: .transactional, purpose: "informational", evidence: nil), facts: facts(.none), now: now
        )
        #expect(effect("consent.informational", news) == "block")
        var traffic = TrafficFacts()
        func reply() throws -> String {
            effect(
                "consent.reply",
                PolicyEngine.shipped.decide(
                    try candidate(class: .transactional, purpose: "reply"), facts: facts(.none), traffic: traffic,
                    now: now))
        }
        #expect(try reply() == "notRun")
        traffic.lastInbound = .at(now.addingTimeInterval(-3600))
        #expect(try reply() == "passed")
        traffic.lastInbound = .at(now.addingTimeInterval(-86_401))
        #expect(try reply() == "block")
        traffic.lastInbound = .never
        #expect(try reply() == "block")
    }

    @Test(
        "content, by place and kind",
        arguments: [
            ("content.opt-out-instruction", "+14155550132", "Sale", "block"),
            ("content.opt-out-instruction", "+14155550132", "Sale. Text STOP to quit", "passed"),
            ("content.opt-out-instruction", "+33612345678", "Soldes. ARRÊT au 36111", "passed"),
            ("content.opt-out-instruction", "+14155550132", "Sale at the stopover", "block"),
            ("content.opt-out-instruction", "+819012345678", "Sale", "warn"),
            ("content.link-shortener", "+14155550132", "STOP: see https://bit.ly/3xyz", "block"),
            ("content.link-shortener", "+14155550132", "STOP: see BIT.LY/3xyz", "block"),
            ("content.link-shortener", "+14155550132", "STOP: see https://ｂｉｔ.ly/3xyz", "block"),
            ("content.link-shortener", "+14155550132", "STOP: see https://www.bit.ly", "block"),
            ("content.link-shortener", "+14155550132", "STOP: see my-bit.ly, bit.ly.example.com, a bit ly", "passed"),
            ("content.link-shortener", "+14165550132", "STOP: see bit.ly/x", "warn"),
            ("content.link", "+971501234567", "See www.example.com", "block"),
            ("content.link", "+971501234567", "See http://example.com", "block"),
            ("content.link", "+971501234567", "See the shop", "passed"),
            ("content.link", "+14155550132", "STOP http://example.com", "absent"),
            ("content.forbidden.cannabis", "+14155550132", "STOP. Our C\u{200B}BD oil", "block"),
            ("content.forbidden.debt", "+14155550132", "STOP. Payday-Loans", "block"),
            ("content.forbidden.alcohol", "+14155550132", "STOP. Wine tasting", "warn"),
            ("content.forbidden", "+14155550132", "STOP. Winery tour, sextet, Essex", "passed"),
            ("content.forbidden", "+33612345678", "STOP. Vin", "absent"),
        ]) func content(rule: String, to: String, text: String, expected: String) throws
    {
        let decision = PolicyEngine.shipped.decide(try candidate(to, text), facts: facts(.granted), now: now)
        #expect(effect(rule, decision) == expected)
    }

    @Test("somebody's order may be named like a forbidden subject") func transactionalContent() throws {
        let decision = PolicyEngine.shipped.decide(
            try candidate("+14155550132", "Your rifle case has shipped", class: .transactional), facts: facts(.none),
            now: now)
        #expect(decision.outcome == .warn)
        #expect(effect("content.forbidden.firearms", decision) == "warn")
    }

    @Test("facts that are not known leave their rules unrun; known ones decide") func traffic() throws {
        func judge(
            _ rule: String, _ to: String = "+13055550132", channel: Channel? = nil,
            _ change: (inout TrafficFacts) -> Void
        ) throws -> String {
            var traffic = TrafficFacts()
            change(&traffic)
            return effect(
                rule,
                PolicyEngine.shipped.decide(
                    try candidate(to, channel: channel), facts: facts(.granted), traffic: traffic, now: now))
        }
        #expect(try judge("cap.us-fl") { _ in } == "notRun")
        #expect(try judge("cap.us-fl") { $0.sentIn24Hours = 2 } == "passed")
        #expect(try judge("cap.us-fl") { $0.sentIn24Hours = 3 } == "drop")
        #expect(try judge("cap.us-fl", "+14155550132") { $0.sentIn24Hours = 9 } == "absent")
        #expect(try judge("number.known-bad") { _ in } == "notRun")
        #expect(try judge("number.known-bad") { $0.numberState = .good } == "passed")
        #expect(try judge("number.known-bad") { $0.numberState = .bad(code: 30006) } == "block")
        #expect(try judge("content.whatsapp-window", "whatsapp:+5511987654321") { _ in } == "notRun")
        #expect(try judge("content.whatsapp-window", "whatsapp:+5511987654321") { $0.lastInbound = .never } == "block")
        #expect(try judge("content.whatsapp-promotional", "whatsapp:+13055550132") { _ in } == "block")
        #expect(try judge("content.whatsapp-promotional", "whatsapp:+5511987654321") { _ in } == "passed")
    }

    @Test("overlays hold for their apps, purposes and countries, and only narrow what the law allows")
    func overlays() throws {
        let yaml = """
            name: ours
            limits: {segments: 1, perPrefix: 10}
            jurisdictions:
              US: {quietHours: {open: {daily: "08:00-21:00"}}}
              world: {}
            overlays:
              - name: acme
                apps: [shop]
                brands: [ACME Garden, acmé]
                allowedCountries: [US, CA]
                quietHours: {open: {daily: "13:00-20:00"}}
              - name: lenient
                purposes: [trial]
                warnOnly: [content.brand, quiet-hours.acme]
            """
        let engine = PolicyEngine(try PolicyDocument(yaml: Array(yaml.utf8)))
        func judge(
            _ rule: String, _ text: String, to: String = "+14155550132", app: String = "shop",
            purpose: String = "spring"
        ) throws -> String {
            effect(
                rule,
                engine.decide(try candidate(to, text, purpose: purpose, app: app), facts: facts(.granted), now: now))
        }
        #expect(try judge("content.brand", "Sale") == "block")
        #expect(try judge("content.brand", "Sale at Acme") == "passed")
        #expect(try judge("content.brand", "Sale at acme-garden!") == "passed")
        #expect(try judge("content.brand", "Sale", app: "other") == "notRun")
        #expect(try judge("content.brand", "Sale", purpose: "trial") == "warn")
        #expect(try judge("guard.country", "Sale", to: "+33612345678") == "block")
        #expect(try judge("guard.country", "Sale") == "passed")
        #expect(try judge("guard.country", "Sale", to: "+33612345678", app: "other") == "absent")
        #expect(try judge("quiet-hours.acme", "Sale") == "defer")
        #expect(try judge("quiet-hours.acme", "Sale", purpose: "trial") == "warn")
        #expect(try judge("quiet-hours.us", "Sale") == "passed")
        #expect(try judge("content.segments", String(repeating: "x", count: 161)) == "block")
        #expect(try judge("guard.velocity", "Sale") == "notRun")
    }

    @Test("numbers that cannot be are blocked, numbers that should not be only warn") func numbers() throws {
        func judge(_ to: String) throws -> Decision {
            PolicyEngine.shipped.decide(try candidate(to, class: .transactional), facts: facts(.none), now: now)
        }
        #expect(try judge("+141555501").outcome == .block)
        #expect(try judge("+2105551234").outcome == .block)
        let unlisted = try judge("+11115550132")
        #expect(unlisted.outcome == .warn)
        #expect(unlisted.reasons.map(\.rule) == ["number.valid"])
        #expect(try judge("+15558675310").outcome == .allow)
        #expect(try judge("+15005550006").outcome == .allow)
    }

    @Test("laws of several places add up, and territories are under their country's") func jurisdictions() throws {
        func codes(_ to: String) throws -> [String] {
            PolicyEngine.shipped.decide(try candidate(to), facts: nil, now: now).facts.jurisdictions
        }
        #expect(try codes("+33612345678") == ["EU", "FR"])
        #expect(try codes("+4915123456789") == ["EU", "DE"])
        #expect(try codes("+17875550132") == ["US", "US-PR"])
        #expect(try codes("+819012345678") == ["JP"])
        #expect(try codes("+18005550132") == ["US"])
        #expect(try codes("+19025550132") == ["CA", "CA-NS", "CA-PE"])
        let german = PolicyEngine.shipped.decide(try candidate("+4915123456789"), facts: nil, now: now)
        #expect(german.reasons.contains { $0.rule == "quiet-hours.world" })
    }

    @Test("the order of the rules makes no difference") func order() throws {
        var generator = SeededGenerator(seed: 5)
        let texts = ["Sale", "CBD at bit.ly STOP", "Reply STOP to end."]
        let numbers = ["+13055550132", "123", "+33612345678", "messenger:1", "+18005550132", "whatsapp:+14155550132"]
        for round in 0..<20 {
            let shuffled = PolicyEngine(.shipped, overlay: .none, timeZones: .system) { rules in
                rules.shuffled(using: &generator)
            }
            for to in numbers {
                let message = try candidate(to, texts[round % 3], isTrusted: round % 2 == 0)
                let at = now.addingTimeInterval(Double(round) * 3600)
                let known = [facts(.none), facts(.revoked), facts(.granted), nil][round % 4]
                let left = PolicyEngine.shipped.decide(message, facts: known, now: at)
                let right = shuffled.decide(message, facts: known, now: at)
                #expect(left.outcome == right.outcome)
                #expect(left.notBefore == right.notBefore)
                #expect(Set(left.passed) == Set(right.passed))
                #expect(Set(left.notRun) == Set(right.notRun))
                #expect(Set(left.reasons.map { "\($0)" }) == Set(right.reasons.map { "\($0)" }))
            }
        }
    }
}
