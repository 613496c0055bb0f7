/// Why something on the provider's side of a webhook cannot be read: the field, and what is wrong with it.
///
/// Holds nothing of the value, so it may be logged and answered.
public struct WebhookProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The parameter, such as `MessageSid`; `body`, `query` and the like for the whole.
    public let field: String
    /// What is wrong, as a phrase that follows the field: `is missing`.
    public let problem: String

    /// A problem of one field.
    public init(field: String, problem: String) {
        self.field = field
        self.problem = problem
    }

    /// The field and its problem.
    public var description: String { "\(field) \(problem)" }
}
