/// How a connection behaves.
public struct PostgresOptions: Sendable {
    /// How long connecting may take, name resolution, TLS and login included.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a pipeline may take until its last answer; then the connection is given up, and the server asked to stop.
    public var pipelineTimeout: Duration = .seconds(10)
    /// Shown by the server in `pg_stat_activity`, unless the URL gives a name.
    public var applicationName = "switchboard"

    /// The defaults.
    public init() {}
}
