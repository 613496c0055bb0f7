import FoundationEssentials
import Messaging
import Testing

@testable import Policy

/// What a database of reassigned numbers answered.
@Suite struct ReassignedRuleTests {
    private let now = Date(timeIntervalSince1970: 1_795_273_200)

    private func effect(
        _ answer: Reassignment.Answer?, to: String = "+13055550132", class messageClass: MessageClass = .promotional,
        purpose: String = "spring", grantedAfter: Double? = nil, engine: PolicyEngine = .shipped
    ) throws -> String {
        var request = SendRequest(to: try Address(to), body: "Sale. Reply STOP to opt out.")
        request.consentEvidence = "signup-1"
        let askedAt = now.addingTimeInterval(-86_400)
        var traffic = TrafficFacts()
        traffic.reassignment = answer.map {
            Reassignment($0, consentAt: now.addingTimeInterval(-200 * 86_400), at: askedAt)
        }
        let facts = RecipientFacts(
            consent: grantedAfter == nil ? .none : .granted, consentEpoch: 1,
            grantedAt: grantedAfter.map { askedAt.addingTimeInterval($0) }, consentKnownAt: now)
        let candidate = Candidate(
            request: request, text: request.body, app: "shop", messageClass: messageClass, purpose: purpose,
            isTrusted: true)
        let decision = engine.decide(candidate, facts: facts, traffic: traffic, now: now)
        let rule = "consent.reassigned"
        if let reason = decision.reasons.first(where: { $0.rule == rule }) { return "\(reason.effect)" }
        return decision.passed.contains(rule) ? "passed" : decision.notRun.contains(rule) ? "notRun" : "absent"
    }

    @Test("a yes blocks, no data warns, and without an answer the rule says that it did not run") func answers() throws
    {
        #expect(try effect(.yes) == "block")
        #expect(try effect(.noData) == "warn")
        #expect(try effect(.no) == "passed")
        #expect(try effect(nil) == "notRun")
    }

    @Test("only a yes of the owner that came after the answer lifts it") func newOwner() throws {
        #expect(try effect(.yes, grantedAfter: -3600) == "block")
        #expect(try effect(.yes, grantedAfter: 0) == "block")
        #expect(try effect(.yes, grantedAfter: 1) == "passed")
    }

    @Test("it is about consent in the United States, for all kinds that need one there") func scope() throws {
        #expect(try effect(.yes, class: .transactional, purpose: "informational") == "block")
        #expect(try effect(.yes, class: .transactional, purpose: "order-shipped") == "absent")
        #expect(try effect(.yes, class: .transactional, purpose: "one-time-code") == "absent")
        #expect(try effect(.yes, to: "+14165550132") == "absent")
        #expect(try effect(.yes, to: "+442071838750") == "absent")
    }

    @Test("asked for as long as the policy says, or not at all") func limit() throws {
        func engine(_ limits: String) throws -> PolicyEngine {
            PolicyEngine(
                try PolicyDocument(
                    yaml: Array("name: x\n\(limits)jurisdictions: {US: {}, world: {}}\n".utf8)))
        }
        func candidate(_ messageClass: MessageClass) throws -> Candidate {
            Candidate(
                request: SendRequest(to: try Address("+13055550132"), body: "Sale"), text: "Sale", app: "shop",
                messageClass: messageClass, purpose: "spring", isTrusted: true)
        }
        let some = try engine("limits: {reassigned: 2}\n")
        #expect(some.trafficQuestion(try candidate(.promotional)).reassignedAge == 172_800)
        #expect(PolicyEngine.shipped.trafficQuestion(try candidate(.promotional)).reassignedAge == 31 * 86_400)
        let none = try engine("")
        #expect(none.trafficQuestion(try candidate(.promotional)).reassignedAge == nil)
        #expect(try effect(.yes, engine: none) == "absent")
        #expect(some.trafficQuestion(try candidate(.transactional)).reassignedAge == nil)
        #expect(throws: PolicyProblem.self) { try engine("limits: {reassigned: 121}\n") }
        #expect(throws: PolicyProblem.self) { try engine("limits: {reassigned: 0}\n") }
    }
}
