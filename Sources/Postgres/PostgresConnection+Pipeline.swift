internal import CPostgres
internal import EventLoop

/// What surrounds a transaction's queries.
private enum Frame {
    static let begin = PostgresQuery(PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"))
    static let commit = PostgresQuery(PostgresStatement("COMMIT"))
    static let rollback = PostgresQuery(PostgresStatement("ROLLBACK"))
}

/// Sending queries and reading their answers.
extension PostgresConnection {
    func perform(_ steps: [Pipeline.Step]) async throws(PostgresError) -> [PostgresRows] {
        let id = UInt64.random(in: .min ... .max)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in start(id, steps, continuation) }
        } onCancel: {
            loop.execute { [weak self] in
                self?.assumeIsolated { if $0.pipeline?.id == id { $0.give(up: PostgresError(.cancelled)) } }
            }
        }
        return try outcome.get()
    }

    private func start(
        _ id: UInt64, _ steps: [Pipeline.Step],
        _ continuation: CheckedContinuation<Result<[PostgresRows], PostgresError>, Never>
    ) {
        func refuse(_ error: PostgresError) { continuation.resume(returning: .failure(error)) }
        guard let handle else { return refuse(end ?? PostgresError(.closed)) }
        guard pipeline == nil else { return refuse(PostgresError(.busy)) }
        guard !Task.isCancelled else { return refuse(PostgresError(.cancelled)) }
        // All values are looked at before the first byte is handed over: a pipeline cannot be taken back.
        do throws(PostgresError) {
            for case .query(let query) in steps { _ = try BoundParameters(query) }
        } catch {
            return refuse(error)
        }
        pipeline = Pipeline(id: id, steps, continuation)
        startTimer(options.pipelineTimeout, "a transaction")
        send(steps, handle)
    }

    /// Hands the steps to libpq, statements before they are first used, and a sync at the end.
    private func send(_ steps: [Pipeline.Step], _ handle: ConnectionHandle) {
        var sent: [Pipeline.Step] = []
        var names = prepared
        do throws(PostgresError) {
            for step in steps {
                let query = step.query
                var name = names[query.statement]
                if name == nil {
                    lastStatement += 1
                    let new = "s\(lastStatement)"
                    name = new
                    names[query.statement] = new
                    try prepare(query.statement, new, handle)
                    sent.append(.prepare(query.statement, new))
                }
                try send(query, name ?? "", handle)
                sent.append(step)
            }
        } catch {
            return give(up: error)
        }
        guard PQpipelineSync(handle.pointer) == 1 else { return give(up: broken(handle)) }
        pipeline?.steps = sent
        pipeline?.position = 0
        flush(handle)
    }

    private func prepare(
        _ statement: PostgresStatement, _ name: String, _ handle: ConnectionHandle
    ) throws(PostgresError) {
        let types = statement.parameters.map(\.rawValue)
        guard PQsendPrepare(handle.pointer, name, statement.sql, Int32(types.count), types) == 1 else {
            throw broken(handle)
        }
    }

    private func send(_ query: PostgresQuery, _ name: String, _ handle: ConnectionHandle) throws(PostgresError) {
        let parameters = try BoundParameters(query)
        let count = Int32(query.values.count)
        let isSent = parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle.pointer, name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw broken(handle) }
    }

    /// What libpq does not do on a connection that stands needs memory that is not there.
    private func broken(_ handle: ConnectionHandle) -> PostgresError {
        handle.isBroken ? PostgresError(.lost) : PostgresError(.limit, detail: "a statement cannot be sent")
    }

    private func flush(_ handle: ConnectionHandle) {
        switch PQflush(handle.pointer) {
        case 0:
            if pipeline?.isWriting == true { watch(handle, for: .readable) }
            pipeline?.isWriting = false
        case 1:
            // The server may need its answers read before it takes more.
            if pipeline?.isWriting == false { watch(handle, for: [.readable, .writable]) }
            pipeline?.isWriting = true
        default: give(up: PostgresError(.lost))
        }
    }

    /// The socket is ready.
    func advancePipeline() {
        guard let handle else { return }
        guard PQconsumeInput(handle.pointer) == 1 else {
            // The server's last word may have arrived with the end of the connection.
            if pipeline != nil { readAnswers(handle) }
            return give(up: lastWord(PostgresError(.lost)))
        }
        guard pipeline != nil else {
            // Notices are taken by libpq; anything else that nobody asked for ends the connection.
            if PQisBusy(handle.pointer) == 0, let result = PQgetResult(handle.pointer) {
                let error = PostgresError(.lost, sqlState: Self.sqlState(result))
                PQclear(result)
                return give(up: error)
            }
            if handle.isBroken { give(up: PostgresError(.lost)) }
            return
        }
        if pipeline?.isWriting == true { flush(handle) }
        readAnswers(handle)
        if handle === self.handle, handle.isBroken { give(up: lastWord(PostgresError(.lost))) }
    }

    /// What the server said before it ended the connection, such as that it is shutting down.
    private func lastWord(_ error: PostgresError) -> PostgresError {
        guard let failure = pipeline?.failure, failure.isConnectionDead else { return error }
        return failure
    }

    private func readAnswers(_ handle: ConnectionHandle) {
        // Between two answers libpq gives one nil; more of them mean that it has lost its way.
        var gaps = 0
        while handle === self.handle, pipeline != nil, PQisBusy(handle.pointer) == 0 {
            guard let result = PQgetResult(handle.pointer) else {
                gaps += 1
                guard gaps < 3, !handle.isBroken else { return }
                pipeline?.position += 1
                continue
            }
            gaps = 0
            take(result, handle)
            PQclear(result)
        }
    }

    private func take(_ result: OpaquePointer, _ handle: ConnectionHandle) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: takeAnswer(result)
        case PGRES_FATAL_ERROR:
            let state = Self.sqlState(result)
            // Without a SQLSTATE it is libpq that speaks: of a connection that broke, or of nonsense that came.
            guard let state else { return give(up: lastWord(PostgresError(.lost))) }
            let error = PostgresError(.statement, sqlState: state)
            if case .commit = pipeline?.step, error.isConnectionDead {
                pipeline?.note(error.afterCommit())
            } else {
                pipeline?.note(error)
            }
        case PGRES_PIPELINE_ABORTED: break
        case PGRES_PIPELINE_SYNC: endPipeline(handle)
        default: give(up: PostgresError(.malformedAnswer))
        }
    }

    private func takeAnswer(_ result: OpaquePointer) {
        switch pipeline?.step {
        case .prepare(let statement, let name): prepared[statement] = name
        case .query:
            do {
                pipeline?.answers.append(try ResultReading.rows(result))
            } catch {
                give(up: error)
            }
        case .commit:
            let tag = PQcmdStatus(result).map { String(cString: $0) }
            guard tag == "COMMIT" else { return give(up: PostgresError(.malformedAnswer)) }
            pipeline?.isCommitted = true
        case .begin, .rollback: break
        case nil: give(up: PostgresError(.malformedAnswer))
        }
    }

    private func endPipeline(_ handle: ConnectionHandle) {
        guard let ended = pipeline else { return }
        if PQtransactionStatus(handle.pointer) != PQTRANS_IDLE {
            // A statement failed, so the commit was passed over.
            guard ended.failure != nil, !ended.isRollingBack else {
                return give(up: PostgresError(.malformedAnswer))
            }
            return send([.rollback], handle)
        }
        // An answer is missing that the server's sync should have come after.
        if ended.failure == nil, ended.position < ended.steps.count || (ended.commits && !ended.isCommitted) {
            return give(up: PostgresError(.malformedAnswer))
        }
        stopTimer()
        pipeline = nil
        ended.finish()
    }

    private static func sqlState(_ result: OpaquePointer) -> String? {
        PQresultErrorField(result, cpostgres_diag_sqlstate).map { String(cString: $0) }
    }
}

extension Pipeline {
    fileprivate var isRollingBack: Bool {
        if case .rollback = steps.last { true } else { false }
    }
}

extension Pipeline.Step {
    /// What is run for the step.
    fileprivate var query: PostgresQuery {
        switch self {
        case .begin: Frame.begin
        case .commit: Frame.commit
        case .rollback: Frame.rollback
        case .query(let query): query
        case .prepare(let statement, _): PostgresQuery(statement)
        }
    }
}
