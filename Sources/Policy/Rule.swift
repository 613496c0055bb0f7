import FoundationEssentials
import Messaging

/// What a rule looks at. Rules neither see each other's answers nor keep anything, so their order does not matter.
struct Situation {
    let candidate: Candidate
    /// nil where nothing is known of the recipient.
    let facts: RecipientFacts?
    let now: Date
}

/// One rule of the policy.
protocol Rule: Sendable {
    /// The family and the rule, such as `opt-out.program`.
    var name: String { get }
    /// The law or guideline behind it.
    var reference: String? { get }
    /// The rule's data, by name; part of the policy's revision.
    var parameters: [String: String] { get }
    /// Judges one message; `why` holds no address and no text of the message.
    func judge(_ situation: Situation) -> Verdict
}

extension Rule {
    var parameters: [String: String] { [:] }
}

/// A rule's answer.
enum Verdict {
    /// Nothing to say against the message.
    case passed
    /// A fact is missing.
    case notRun
    /// The rule hit.
    case hit(Effect, why: String, notBefore: Date? = nil)
}
