import FoundationEssentials
import Messaging
import Testing

@testable import Policy

/// What a database of reassigned numbers answered.
@Suite struct ReassignedRuleTests {
    private let now = Date(timeIntervalSince1970: 1_795_273_200)

    /// Days before the message.
    private func day(_ days: Double) -> Date { now.addingTimeInterval(-days * 86_400) }

    private func effect(
        _ answers: [Reassignment], grantedAt: Date? = nil, to: String = "+13055550132",
        class messageClass: MessageClass = .promotional, purpose: String = "spring",
        engine: PolicyEngine = .shipped
    ) throws -> String {
        var request = SendRequest(to: try Address(to), body: "Sale. Reply STOP to opt out.")
        request.consentEvidence = "signup-1"
        var traffic = TrafficFacts()
        for answer in answers { traffic.reassignment.add(answer) }
        let facts = RecipientFacts(
            consent: grantedAt == nil ? .none : .granted, consentEpoch: 1, grantedAt: grantedAt, consentKnownAt: now)
        let candidate = Candidate(
            request: request, text: request.body, app: "shop", messageClass: messageClass, purpose: purpose,
            isTrusted: true)
        let decision = engine.decide(candidate, facts: facts, traffic: traffic, now: now)
        let rule = "consent.reassigned"
        if let reason = decision.reasons.first(where: { $0.rule == rule }) { return "\(reason.effect)" }
        return decision.passed.contains(rule) ? "passed" : decision.notRun.contains(rule) ? "notRun" : "absent"
    }

    private func asked(_ answer: Reassignment.Answer, with: Double = 200, at: Double = 1) -> Reassignment {
        Reassignment(answer, consentAt: day(with), at: day(at))
    }

    @Test("a yes blocks, no data warns, and without an answer the rule says that it did not run") func answers() throws
    {
        #expect(try effect([asked(.yes)]) == "block")
        #expect(try effect([asked(.noData)]) == "warn")
        #expect(try effect([asked(.no)]) == "passed")
        #expect(try effect([]) == "notRun")
        #expect(try effect([asked(.yes), asked(.noData)]) == "block")
    }

    @Test("only a yes of the owner that came after the answer lifts it") func newOwner() throws {
        #expect(try effect([asked(.yes, at: 10)], grantedAt: day(11)) == "block")
        #expect(try effect([asked(.yes, at: 10)], grantedAt: day(10)) == "block")
        #expect(try effect([asked(.yes, at: 10)], grantedAt: day(9)) == "passed")
        // Asked every month with the same day, it stays lifted; asked with a later one it blocks anew.
        #expect(try effect([asked(.yes, at: 10), asked(.yes, at: 1)], grantedAt: day(9)) == "passed")
        #expect(try effect([asked(.yes, at: 10), asked(.yes, with: 8, at: 1)], grantedAt: day(9)) == "block")
    }

    @Test("a no of another consent lifts it for consent of that day or later alone") func otherConsent() throws {
        let both = [asked(.yes, with: 200, at: 2), asked(.no, with: 50, at: 1)]
        #expect(try effect(both) == "block")
        #expect(try effect(both, grantedAt: day(51)) == "block")
        #expect(try effect(both, grantedAt: day(50)) == "passed")
        #expect(try effect([asked(.yes, at: 1), asked(.no, with: 50, at: 2)], grantedAt: day(40)) == "block")
        // Asked with the same day, it takes the yes back.
        #expect(try effect([asked(.yes, at: 2), asked(.no, at: 1)]) == "passed")
    }

    @Test("a no that was asked with a day after the consent tells nothing of it") func lateDay() throws {
        #expect(try effect([asked(.no, with: 2)], grantedAt: day(3)) == "notRun")
        #expect(try effect([asked(.no, with: 2)], grantedAt: day(2)) == "passed")
    }

    @Test("it is about consent in the United States, for all kinds that need one there") func scope() throws {
        let yes = [asked(.yes)]
        #expect(try effect(yes, class: .transactional, purpose: "informational") == "block")
        #expect(try effect(yes, to: "+17875550132") == "block")
        #expect(try effect(yes, class: .transactional, purpose: "order-shipped") == "absent")
        #expect(try effect(yes, class: .transactional, purpose: "one-time-code") == "absent")
        #expect(try effect(yes, to: "+14165550132") == "absent")
        #expect(try effect(yes, to: "+442071838750") == "absent")
    }

    private func engine(_ yaml: String) throws -> PolicyEngine {
        PolicyEngine(
            try PolicyDocument(yaml: Array("name: x\n\(yaml)jurisdictions: {US: {}, world: {}}\n".utf8)))
    }

    @Test("a policy that says nothing of it heeds a yes all the same, and no overlay weakens that") func always() throws
    {
        let silent = try engine("")
        #expect(try effect([asked(.yes)], engine: silent) == "block")
        let lenient = try engine("overlays: [{name: y, apps: [shop], warnOnly: [consent]}]\n")
        #expect(try effect([asked(.yes)], engine: lenient) == "block")
    }

    @Test("asked for as long as the policy says") func limit() throws {
        func candidate(_ messageClass: MessageClass) throws -> Candidate {
            Candidate(
                request: SendRequest(to: try Address("+13055550132"), body: "Sale"), text: "Sale", app: "shop",
                messageClass: messageClass, purpose: "spring", isTrusted: true)
        }
        let some = try engine("limits: {reassigned: 2}\n")
        #expect(some.trafficQuestion(try candidate(.promotional)).reassignedAge == 172_800)
        #expect(try engine("").trafficQuestion(try candidate(.promotional)).reassignedAge == 31 * 86_400)
        #expect(some.trafficQuestion(try candidate(.transactional)).reassignedAge == nil)
        #expect(throws: PolicyProblem.self) { try engine("limits: {reassigned: 121}\n") }
        #expect(throws: PolicyProblem.self) { try engine("limits: {reassigned: 0}\n") }
    }
}
