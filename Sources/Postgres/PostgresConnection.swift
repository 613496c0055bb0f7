public import EventLoop
internal import CPostgres

/// One connection to a database, on one event loop. Statements are prepared when they are first run, and all of a call's
/// travel in one pipeline: one round trip, however many there are.
///
/// One call at a time: another one meanwhile throws ``PostgresError/Code/busy``. When a call is cancelled, or takes too
/// long, the server is asked to stop and the connection is given up.
public actor PostgresConnection {
    nonisolated let loop: EventLoop
    let options: PostgresOptions
    var handle: ConnectionHandle?
    /// Why there is no handle any more.
    var end: PostgresError?
    var connecting: CheckedContinuation<Result<Void, PostgresError>, Never>?
    var pipeline: Pipeline?
    var timer: LoopTimer?
    /// Names of the statements that the server knows.
    var prepared: [PostgresStatement: String] = [:]
    var lastStatement = 0

    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    /// Connects and logs in.
    ///
    /// - Parameter turn: which of several addresses is tried first, counted in a circle.
    public static func connect(
        _ url: PostgresURL, loop: EventLoop, options: PostgresOptions = PostgresOptions(), turn: Int = 0
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = PostgresConnection(loop, options)
        try await connection.open(url, turn: turn)
        return connection
    }

    private init(_ loop: EventLoop, _ options: PostgresOptions) {
        self.loop = loop
        self.options = options
    }

    isolated deinit {
        give(up: PostgresError(.closed))
    }

    /// Whether it can be used.
    public var isOpen: Bool { handle != nil && end == nil }

    /// The server's version, such as 150004 for 15.4; zero when the connection is closed.
    public var serverVersion: Int { handle.map { Int(PQserverVersion($0.pointer)) } ?? 0 }

    /// Ends the connection; what runs throws. Calling it again does nothing.
    public func close() {
        give(up: PostgresError(.closed))
    }

    /// Runs the queries in one pipeline, in their order, which the server takes for one transaction. The answers are in the
    /// queries' order.
    public func run(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresRows] {
        try await perform(queries.map(Pipeline.Step.query))
    }

    /// Runs the queries in one transaction (READ COMMITTED), all in one pipeline, and returns their answers when it is
    /// committed. When it throws, nothing of it stands, unless the error says that its outcome is unknown.
    public func runTransaction(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresRows] {
        try await perform([.begin] + queries.map(Pipeline.Step.query) + [.commit])
    }

    /// Forgets the connection and tells whoever waits for it.
    func give(up error: PostgresError) {
        guard end == nil else { return }
        end = error
        if let timer { loop.cancel(timer) }
        timer = nil
        let ended = pipeline
        pipeline = nil
        if let handle {
            // Something runs that nobody waits for any more.
            if ended != nil, !handle.isBroken { CancelRequest.send(handle.pointer) }
            unwatch(handle)
            handle.finish()
        }
        handle = nil
        prepared = [:]
        connecting?.resume(returning: .failure(error))
        connecting = nil
        ended?.fail(error)
    }

    func watch(_ handle: ConnectionHandle, for interest: Readiness) {
        let socket = handle.socket
        do {
            guard socket >= 0 else { return give(up: handle.connectError) }
            try loop.watch(socket, for: interest) { [weak self] _ in self?.assumeIsolated { $0.socketReady() } }
            handle.watched = socket
        } catch {
            give(up: PostgresError(.limit, detail: "the loop cannot watch the connection"))
        }
    }

    func unwatch(_ handle: ConnectionHandle) {
        if let socket = handle.watched { loop.unwatch(socket) }
        handle.watched = nil
    }

    private func socketReady() {
        if connecting != nil { advanceConnecting() } else { advancePipeline() }
    }

    func startTimer(_ limit: Duration, _ detail: String) {
        timer = loop.schedule(after: limit) { [weak self] in
            self?.assumeIsolated { $0.give(up: PostgresError(.timeout, detail: detail)) }
        }
    }

    func stopTimer() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }
}
