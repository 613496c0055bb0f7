import FoundationEssentials
public import Messaging

/// A line of a file for `switchboard policy test`: a send request as `explain` reads it, with `at`, and with `expect`, what the
/// policy is to say of it: `{"outcome": "defer", "rules": ["quiet-hours.us-fl"], "notBefore": "…"}`.
public struct PolicyCase: Sendable {
    /// What the line expects; what is nil is not compared.
    private struct Expectation: Decodable {
        let outcome: String?
        let rules: [String]?
        let notBefore: String?
    }

    private struct Line: Decodable {
        let at: String
        let expect: Expectation
        let consent: String?

        enum CodingKeys: String, CodingKey {
            case at, expect
            case consent = "recorded"
        }
    }

    private let candidate: Candidate
    private let facts: RecipientFacts?
    private let instant: Date
    private let expectation: Expectation

    /// Reads one line.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    public init(json line: [UInt8]) throws(RequestProblem) {
        let read: Line
        do {
            read = try JSONDecoder().decode(Line.self, from: Data(line))
        } catch DecodingError.typeMismatch(_, let context) {
            throw RequestProblem(
                field: context.codingPath.map(\.stringValue).joined(separator: "."), problem: "has the wrong type")
        } catch DecodingError.keyNotFound(let key, _) {
            throw RequestProblem(field: key.stringValue, problem: "is missing")
        } catch {
            throw RequestProblem(field: "line", problem: "is not JSON in UTF-8")
        }
        guard let instant = parseRFC3339(read.at) else {
            throw RequestProblem(field: "at", problem: "is not an RFC 3339 instant such as 2026-11-21T15:00:00Z")
        }
        if let outcome = read.expect.outcome, Effect(rawValue: outcome) == nil {
            throw RequestProblem(field: "expect.outcome", problem: "is no outcome")
        }
        if let notBefore = read.expect.notBefore, parseRFC3339(notBefore) == nil {
            throw RequestProblem(field: "expect.notBefore", problem: "is not an RFC 3339 instant")
        }
        guard let members = JSONMembers(line) else {
            throw RequestProblem(field: "line", problem: "is not a JSON object")
        }
        candidate = try ExplainRequest(json: members.object(without: ["at", "expect", "recorded"])).candidate
        self.instant = instant
        expectation = read.expect
        if let word = read.consent {
            guard let consent = RecipientFacts.Consent(rawValue: word) else {
                throw RequestProblem(field: "recorded", problem: "is none of none granted revoked")
            }
            facts = RecipientFacts(consent: consent, consentEpoch: 1, consentKnownAt: instant)
        } else {
            facts = nil
        }
    }

    /// What the policy says otherwise than expected; nil when all is as expected.
    public func disagreement(with policy: PolicyEngine) -> String? {
        let decision = policy.decide(candidate, facts: facts, now: instant)
        var found: [String] = []
        if let outcome = expectation.outcome, outcome != decision.outcome.rawValue {
            found.append("outcome \(decision.outcome.rawValue) instead of \(outcome)")
        }
        let rules = decision.reasons.map(\.rule)
        if let expected = expectation.rules, Set(expected) != Set(rules) {
            found.append("rules \(list(rules)) instead of \(list(expected))")
        }
        if let expected = expectation.notBefore, parseRFC3339(expected) != decision.notBefore {
            found.append("notBefore \(decision.notBefore.map(formatRFC3339) ?? "none") instead of \(expected)")
        }
        return found.isEmpty ? nil : found.joined(separator: "; ")
    }

    private func list(_ rules: [String]) -> String { rules.isEmpty ? "none" : rules.sorted().joined(separator: " ") }
}
