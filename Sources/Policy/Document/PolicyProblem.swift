/// What is wrong with a policy file, and where.
public struct PolicyProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// From 1; nil where the whole file is meant.
    public let line: Int?
    /// From 1, in Unicode scalars; nil where the whole file is meant.
    public let column: Int?
    /// The keys down to the value, such as `jurisdictions.US-FL.quietHours.open.mon`; empty for the file.
    public let path: String
    /// What was found and what is allowed.
    public let problem: String

    /// `12:9: jurisdictions.US.quietHours.open.mon: ends before it begins`.
    public var description: String {
        let place = line.map { "\($0):\(column ?? 1): " } ?? ""
        return place + (path.isEmpty ? "" : "\(path): ") + problem
    }
}
