/// Why the simulator does not start: the setting, and what is wrong with it.
///
/// Holds no secret and no address.
public struct SimulatorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The setting, by its name in ``Simulator/Configuration``.
    public let field: String
    /// What is wrong, as a phrase that follows the field.
    public let problem: String

    /// A problem of one setting.
    public init(field: String, problem: String) {
        self.field = field
        self.problem = problem
    }

    /// The setting and its problem.
    public var description: String { "simulator: \(field) \(problem)" }
}
