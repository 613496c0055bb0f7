/// What a request asks of the server.
public enum HTTPMethod: String, Sendable {
    /// Reads; the only method that may be repeated behind the caller's back.
    case get = "GET"
    /// Creates or acts: sent once or not at all.
    case post = "POST"
    /// Replaces.
    case put = "PUT"
    /// Removes.
    case delete = "DELETE"
}
