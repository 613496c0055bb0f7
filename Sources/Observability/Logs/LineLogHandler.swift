public import FoundationEssentials
public import Logging

/// Writes each log record as one line.
///
/// The message is a constant and metadata says the rest. Values pass the policy's redaction, and those whose key names an
/// address, a text, a code or a secret are not shown at all, whoever logged them; provider SIDs and recipient tokens stay
/// visible. Where standard error takes nothing, records below `error` are dropped and counted, since a message must not
/// wait for a log; `error` and above wait.
public struct LineLogHandler: LogHandler {
    /// Records below it are not written.
    public var logLevel: Logger.Level
    /// Written with every record of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Written with every record, from the task's context.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let output: LogOutput
    private let now: @Sendable () -> Date

    /// A handler for one logger.
    ///
    /// - Parameter now: the clock of the records.
    public init(
        label: String, format: LogFormat = .text, level: Logger.Level = .info, output: LogOutput = .standardError,
        metadataProvider: Logger.MetadataProvider? = nil, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.output = output
        self.metadataProvider = metadataProvider
        self.now = now
    }

    /// One value of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a record; what the call site says wins over the context, and that over the logger.
    public func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let own = event.metadata { merged.merge(own) { $1 } }
        if let error = event.error { merged["error"] = "\(error)" }
        let record = LogRecord(
            time: now(), level: event.level, logger: label, message: event.message.description, metadata: merged)
        output.write(record.line(format), mustArrive: event.level >= .error)
    }
}
