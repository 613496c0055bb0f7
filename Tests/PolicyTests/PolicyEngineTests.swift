import FoundationEssentials
import Messaging
import Policy
import Testing

@Suite("The policy's decisions") struct PolicyEngineTests {
    private let now = Date(timeIntervalSince1970: 1_795_291_200)  // 2026-11-21T20:00:00Z, noon in Los Angeles

    private func candidate(
        to: String = "+14155550132", text: String? = "Spring sale. Reply STOP to end.",
        class messageClass: MessageClass = .promotional,
        change: (inout SendRequest) -> Void = { _ in }
    ) throws -> Candidate {
        var request = SendRequest(to: try Address(to), body: text)
        request.consentEvidence = "signup-1"
        change(&request)
        return Candidate(
            request: request, text: text, app: "shop", messageClass: messageClass, purpose: "order-shipped",
            isTrusted: true)
    }

    private func facts(
        _ consent: RecipientFacts.Consent = .granted, revokedAt: Date? = nil, knownFor age: Double? = 1
    ) -> RecipientFacts {
        RecipientFacts(
            consent: consent, consentEpoch: 1, revokedAt: revokedAt,
            consentKnownAt: age.map { now.addingTimeInterval(-$0) })
    }

    @Test("a message that nothing speaks against is allowed, and every rule is listed") func allowed() throws {
        let decision = PolicyEngine.shipped.decide(try candidate(), facts: facts(), now: now)
        #expect(decision.outcome == .allow)
        #expect(decision.reasons.isEmpty)
        #expect(Set(decision.notRun) == ["number.known-bad", "consent.reassigned", "content.brand"])
        #expect(
            Set(decision.passed) == [
                "number.e164", "number.possible", "number.valid", "opt-out.program", "opt-out.not-current",
                "consent.promotional", "quiet-hours.us", "content.length", "content.opt-out-instruction",
                "content.forbidden", "content.link-shortener", "content.pan", "content.health", "guard.expired",
                "guard.not-before",
            ])
        var expected = Decision.Facts(consent: "granted", segments: 1, encoding: "GSM-7", country: "US")
        expected.zones = ["America/Los_Angeles"]
        expected.zoneSource = "area-code"
        expected.jurisdictions = ["US", "US-CA"]
        #expect(decision.facts == expected)
        #expect(decision.notBefore == nil)
    }

    @Test(
        "the shape of the number",
        arguments: [
            ("+14155550132", true), ("whatsapp:+14155550132", true), ("rcs:+14155550132", true),
            ("messenger:1234567890", true), ("messenger:", false), ("messenger:a b", false), ("4155550132", false),
            ("+1415555013a", false), ("+04155550132", false), ("+123456", false), ("+1234567890123456", false),
            ("whatsapp:4155550132", false), ("", false), ("+１４１５５５５０１３２", false),
        ]) func number(to: String, isGood: Bool) throws
    {
        let decision = PolicyEngine.shipped.decide(
            try candidate(to: to, class: .transactional), facts: facts(), now: now)
        #expect(decision.outcome == (isGood ? .allow : .block))
        #expect(decision.reasons.map(\.rule) == (isGood ? [] : ["number.e164"]))
        #expect(decision.passed.contains("number.e164") == isGood)
    }

    @Test(
        "who opted out gets nothing of either class, and the reason says since when", arguments: MessageClass.allCases)
    func optOut(messageClass: MessageClass) throws {
        let revoked = facts(.revoked, revokedAt: now.addingTimeInterval(-3600))
        let decision = PolicyEngine.shipped.decide(try candidate(class: messageClass), facts: revoked, now: now)
        #expect(decision.outcome == .block)
        #expect(decision.reasons.map(\.rule) == ["opt-out.program"])
        #expect(decision.reasons[0].why == "the recipient opted out of this sender at 2026-11-21T19:00:00.000Z")
        #expect(decision.facts.consent == "revoked")
    }

    @Test("promotional messages wait while opt-outs are not being recorded, transactional ones do not")
    func optOutsKnown() throws {
        for age in [nil, 10.001, 3600, -10.001, -3600] {
            let stale = facts(.none, knownFor: age)
            let promotional = PolicyEngine.shipped.decide(try candidate(), facts: stale, now: now)
            #expect(promotional.outcome == .defer)
            #expect(promotional.reasons.map(\.rule) == ["opt-out.not-current"])
            #expect(promotional.notBefore == now.addingTimeInterval(5))
            let transactional = PolicyEngine.shipped.decide(
                try candidate(class: .transactional), facts: stale, now: now)
            #expect(transactional.outcome == .allow)
        }
        for age in [10.0, 0, -9] {
            #expect(
                PolicyEngine.shipped.decide(try candidate(), facts: facts(.none, knownFor: age), now: now).outcome
                    == .allow)
        }
    }

    @Test("without facts the rules that need them do not run") func withoutFacts() throws {
        let decision = PolicyEngine.shipped.decide(try candidate(), facts: nil, now: now)
        #expect(decision.outcome == .allow)
        #expect(Set(decision.notRun).isSuperset(of: ["opt-out.program", "opt-out.not-current"]))
        #expect(decision.facts.consent == "unknown")
    }

    @Test("too late is dropped, too early waits") func validity() throws {
        let expired = PolicyEngine.shipped.decide(try candidate { $0.expiresAt = now }, facts: facts(), now: now)
        #expect(expired.outcome == .drop)
        #expect(expired.reasons.map(\.rule) == ["guard.expired"])
        #expect(expired.expiresAt == now)
        let later = now.addingTimeInterval(60)
        let early = PolicyEngine.shipped.decide(
            try candidate {
                $0.sendAt = later
                $0.expiresAt = later.addingTimeInterval(60)
            }, facts: facts(), now: now)
        #expect(early.outcome == .defer)
        #expect(early.reasons.map(\.rule) == ["guard.not-before"])
        #expect(early.notBefore == later)
        #expect(
            PolicyEngine.shipped.decide(
                try candidate {
                    $0.sendAt = now
                    $0.expiresAt = later
                }, facts: facts(), now: now
            ).outcome == .allow)
    }

    @Test("sendAt is at most 35 days ahead") func schedule() throws {
        var request = try candidate().request
        request.sendAt = now.addingTimeInterval(35 * 86_400)
        try request.checkSchedule(now: now)
        request.sendAt = now.addingTimeInterval(35 * 86_400 + 0.001)
        #expect(throws: RequestProblem(field: "sendAt", problem: "is more than 35 days ahead")) {
            try request.checkSchedule(now: now)
        }
    }

    @Test("the text after rendering") func length() throws {
        let fits = String(repeating: "é", count: 1600)
        let short = try candidate(text: fits, class: .transactional)
        #expect(PolicyEngine.shipped.decide(short, facts: facts(), now: now).outcome == .allow)
        let long = PolicyEngine.shipped.decide(
            try candidate(text: fits + "é", class: .transactional), facts: facts(), now: now)
        #expect(long.outcome == .block)
        #expect(long.reasons.map(\.rule) == ["content.length"])
        let media = PolicyEngine.shipped.decide(
            try candidate(text: nil, class: .transactional) { $0.media = ["https://example.com/a.png"] },
            facts: facts(), now: now)
        #expect(media.outcome == .allow)
        #expect(media.passed.contains("content.length"))
        #expect(media.facts.segments == nil)
        // A picture does not say how to stop.
        let picture = PolicyEngine.shipped.decide(
            try candidate(text: nil) { $0.media = ["https://example.com/a.png"] }, facts: facts(), now: now)
        #expect(picture.outcome == .block)
        #expect(picture.reasons.map(\.rule) == ["content.opt-out-instruction"])
    }

    @Test("every hit is listed, the strongest wins, and the latest wait counts") func everyHit() throws {
        let later = now.addingTimeInterval(600)
        let decision = PolicyEngine.shipped.decide(
            try candidate(to: "123") {
                $0.sendAt = later
                $0.expiresAt = now.addingTimeInterval(-1)
            }, facts: facts(.revoked, knownFor: nil), now: now)
        #expect(decision.outcome == .block)
        #expect(
            Set(decision.reasons.map(\.rule)) == [
                "number.e164", "opt-out.program", "opt-out.not-current", "guard.expired", "guard.not-before",
                "quiet-hours.unknown-zone",
            ])
        #expect(decision.notBefore == later)
        #expect(decision.passed.contains("content.length"))
    }

    @Test("a decision record holds neither address nor text") func nothingPersonal() throws {
        for to in ["+14155550132", "4155550132"] {
            let decision = PolicyEngine.shipped.decide(
                try candidate(to: to, text: "a canary of a text"), facts: facts(.revoked), now: now)
            let json = String(decoding: decision.json, as: UTF8.self)
            #expect(!json.contains("4155550132"))
            #expect(!json.contains("canary"))
        }
    }

    @Test("the revision is the hash of the policy's data") func revision() {
        let shipped = PolicyEngine.shipped.revision
        #expect(shipped.name == "default")
        #expect(shipped.revision.hasPrefix("sha256:"))
        #expect(shipped.revision.utf8.count == 71)
        #expect(PolicyEngine().revision == shipped)
        let development = PolicyEngine(overlay: .development).revision
        #expect(development.name == "default+development")
        #expect(development.revision != shipped.revision)
    }
}
