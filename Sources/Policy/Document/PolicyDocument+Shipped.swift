import Messaging

extension PolicyDocument {
    /// The policy that is part of the program: Resources/default_policy.yaml.
    public static let shipped: PolicyDocument = {
        do throws(PolicyProblem) {
            return try PolicyDocument(yaml: shippedText)
        } catch {
            return .blockingAll(because: error.description)
        }
    }()

    /// The file of the shipped policy, from which an operator's own may start.
    public static var shippedText: [UInt8] { PackageResources.default_policy_yaml }

    /// Sends nothing. A program whose own policy cannot be read must not send as if there were none.
    private static func blockingAll(because problem: String) -> PolicyDocument {
        var law = Law(name: "world")
        law.consent = Law.Restriction(
            effect: .block, kinds: MessageKinds(rawValue: .max),
            reference: "the shipped policy cannot be read: \(problem)")
        var document = PolicyDocument(name: "unreadable", contentHash: problem)
        document.jurisdictions = [Jurisdiction(code: "world", members: [], law: law)]
        return document
    }
}
