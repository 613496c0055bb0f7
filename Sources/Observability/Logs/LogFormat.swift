/// How a record is written as one line.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `time=… level=info logger=worker msg="…" key=value`, for people and `grep`.
    case text
    /// One JSON object, for machines.
    case json
}
