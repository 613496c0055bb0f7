/// Why a send request cannot be read or is not allowed: the field, and what is wrong with it.
///
/// Holds no value of the request, so it may be published and logged.
public struct RequestProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The field, as a path such as `recipient.timeZone`; `request` for the whole, `message_id` and the like for AMQP
    /// properties.
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
