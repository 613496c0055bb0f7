public import EventLoop

/// A few connections to one database, opened when they are needed and kept.
///
/// Whoever finds all of them at work waits. A database that cannot be reached is tried again after a pause that grows, with
/// jitter, to five seconds; who asks meanwhile is told the last error at once.
public actor PostgresPool {
    private nonisolated let loop: EventLoop
    private let url: PostgresURL
    private let limit: Int
    private let options: PostgresOptions
    private let setUp: @Sendable (PostgresConnection) async throws -> Void

    private var idle: [PostgresConnection] = []
    private var leased: [PostgresConnection] = []
    /// Open ones, and those that are being opened.
    /// Which of several addresses is tried first: the one that answered last, or the one after it.
    private var turn = 0
    private var count = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var pause = ReconnectPause()
    private var isClosed = false

    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    /// Opens nothing yet.
    ///
    /// - Parameters:
    ///   - limit: how many connections at most; at least one.
    ///   - setUp: runs on each new connection first; when it throws, the connection is closed and its error is what
    ///     the caller is told.
    public init(
        url: PostgresURL, loop: EventLoop, limit: Int, options: PostgresOptions = PostgresOptions(),
        setUp: @escaping @Sendable (PostgresConnection) async throws -> Void = { _ in }
    ) {
        self.url = url
        self.loop = loop
        self.limit = max(1, limit)
        self.options = options
        self.setUp = setUp
    }

    /// ``PostgresConnection/run(_:)`` on a connection of the pool.
    ///
    /// - Throws: a ``PostgresError``, or what `setUp` threw.
    public func run(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        try await withConnection { connection async throws(PostgresError) in try await connection.run(queries) }
    }

    /// ``PostgresConnection/runTransaction(_:)`` on a connection of the pool.
    ///
    /// - Throws: a ``PostgresError``, or what `setUp` threw.
    public func runTransaction(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        try await withConnection { connection async throws(PostgresError) in
            try await connection.runTransaction(queries)
        }
    }

    /// Closes all connections; what runs on them throws, and so does every later call.
    public func close() async {
        isClosed = true
        for connection in idle + leased { await connection.close() }
        idle = []
        wakeAll()
    }

    private func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws(PostgresError) -> Value
    ) async throws -> Value {
        let connection = try await lease()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            if error.isConnectionDead { await connection.close() }
            // A standby: of several hosts another one is the primary.
            if error.sqlState == "25006" { turn = (turn &+ 1) & 0xFFFF }
            await giveBack(connection)
            throw error
        }
    }

    private func lease() async throws -> PostgresConnection {
        while true {
            guard !isClosed else { throw PostgresError(.closed) }
            if let connection = idle.popLast() {
                // It may have broken while nobody used it.
                if await connection.isOpen {
                    leased.append(connection)
                    return connection
                }
                count -= 1
            } else if count < limit {
                if let error = pause.error { throw error }
                // Counted here: the way into `open` may leave the actor and come back.
                count += 1
                return try await open()
            } else {
                await withCheckedContinuation { continuation in wait(continuation) }
            }
        }
    }

    /// Asks again where the continuation is stored: what happened on the way here would be missed.
    private func wait(_ continuation: CheckedContinuation<Void, Never>) {
        if idle.isEmpty, count >= limit, !isClosed {
            waiting.append(continuation)
        } else {
            continuation.resume()
        }
    }

    private func connect() async throws(PostgresError) -> PostgresConnection {
        let turn = turn
        do {
            return try await PostgresConnection.connect(url, loop: loop, options: options, turn: turn)
        } catch {
            // Several that began together move on by one.
            if self.turn == turn { self.turn = (turn &+ 1) & 0xFFFF }
            throw error
        }
    }

    private func open() async throws -> PostgresConnection {
        do {
            let connection = try await connect()
            do {
                try await setUp(connection)
            } catch {
                await connection.close()
                throw error
            }
            guard !isClosed else {
                await connection.close()
                throw PostgresError(.closed)
            }
            pause.succeeded()
            leased.append(connection)
            return connection
        } catch {
            count -= 1
            pause.failed(error)
            // They would only wait for the same.
            wakeAll()
            throw error
        }
    }

    private func giveBack(_ connection: PostgresConnection) async {
        leased.removeAll { $0 === connection }
        let isOpen = await connection.isOpen
        if isOpen, !isClosed { idle.append(connection) } else { count -= 1 }
        if !waiting.isEmpty { waiting.removeFirst().resume() }
    }

    private func wakeAll() {
        let all = waiting
        waiting = []
        for continuation in all { continuation.resume() }
    }
}
