public import Logging
public import Messaging
public import Postgres

/// A ledger that was opened, whatever it stands on.
public protocol LedgerStore: MessageLedger, StatusLedger, AwaitedLedger, InboundLedger, LedgerUpkeep, LedgerPruning,
    MessageTraces, ConsentWords, PersonalRecords, ReassignedNumbers, AuditLog
{
    /// Records what was handed over, and closes it. Later calls throw ``LedgerError/Code/closed``.
    func close() async
}

extension SQLiteLedger: LedgerStore {}
extension PostgresLedger: LedgerStore {}

/// Where the ledger stands: `sqlite:PATH`, `postgres://…` or `postgresql://…`.
public enum LedgerLocation: Sendable, CustomStringConvertible {
    /// A file.
    case sqlite(path: String)
    /// A database, in its schema `switchboard`.
    case postgres(PostgresURL)

    /// Reads a location; nil when it begins otherwise.
    ///
    /// - Throws: a ``PostgresError`` when the URL of a database cannot be used; it repeats no part of the URL.
    public init?(_ text: String) throws(PostgresError) {
        if text.hasPrefix("sqlite:"), text.utf8.count > 7 {
            self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            self = .postgres(try PostgresURL(text))
        } else {
            return nil
        }
    }

    /// Opens it.
    ///
    /// - Parameters:
    ///   - creates: whether an empty one is made where there is none; otherwise ``LedgerError/Code/absent`` is thrown.
    ///   - commits: how calls share commits.
    ///   - answersWithin: how long a call to a database may take, for those that read all of it; nil as usual.
    ///   - wakeCallers: wakes the callers of a transaction by calling what it is given.
    ///   - onCommit: told of every transaction that has become durable: how many calls it held, and how long it took.
    public func open(
        creates: Bool, commits: LedgerCommits = LedgerCommits(), answersWithin: Duration? = nil,
        wakeCallers: @escaping @Sendable (_ wake: @escaping @Sendable () -> Void) -> Void = { $0() },
        onCommit: @escaping @Sendable (_ calls: Int, _ took: Duration) -> Void = { _, _ in }, logger: Logger
    ) async throws(LedgerError) -> any LedgerStore {
        switch self {
        case .sqlite(let path):
            var options = SQLiteLedger.Options()
            options.createsFile = creates
            options.commitLimit = commits.calls ?? options.commitLimit
            options.commitWindow = commits.window ?? options.commitWindow
            options.wakeCallers = wakeCallers
            options.onCommit = onCommit
            return try await SQLiteLedger.open(path, options: options, logger: logger)
        case .postgres(let url):
            var options = PostgresLedger.Options()
            options.createsSchema = creates
            options.connection.pipelineTimeout = answersWithin ?? options.connection.pipelineTimeout
            options.commitLimit = commits.calls ?? options.commitLimit
            options.commitWindow = commits.window ?? options.commitWindow
            options.wakeCallers = wakeCallers
            options.onCommit = onCommit
            return try await PostgresLedger.open(url, options: options, logger: logger)
        }
    }

    /// The path, or the URL without user, password and parameters.
    public var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let url): url.description
        }
    }
}
