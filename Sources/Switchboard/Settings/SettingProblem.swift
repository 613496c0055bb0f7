/// A setting that is wrong or missing: one line that names it, what was found (never a secret's value) and what is
/// allowed. Ends the program with exit code 78.
struct SettingProblem: Error, Equatable, CustomStringConvertible {
    /// The environment variable, or the path in the YAML file.
    let setting: String
    /// What was found and what is allowed.
    let problem: String

    init(_ setting: String, _ problem: String) {
        self.setting = setting
        self.problem = problem
    }

    var description: String { "\(setting): \(problem)" }
}
