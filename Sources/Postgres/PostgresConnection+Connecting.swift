internal import CPostgres
internal import EventLoop

/// From a URL to a connection in pipeline mode.
extension PostgresConnection {
    func open(_ url: PostgresURL, turn: Int) async throws(PostgresError) {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in start(url, turn, continuation) }
        } onCancel: {
            // Does nothing when it overtakes the start, which looks for a cancellation itself.
            loop.execute { [weak self] in
                self?.assumeIsolated { if $0.connecting != nil { $0.give(up: PostgresError(.cancelled)) } }
            }
        }
        try outcome.get()
    }

    private func start(
        _ url: PostgresURL, _ turn: Int, _ continuation: CheckedContinuation<Result<Void, PostgresError>, Never>
    ) {
        connecting = continuation
        guard !Task.isCancelled else { return give(up: PostgresError(.cancelled)) }
        startTimer(options.connectTimeout, "connecting")
        guard HostResolution.isNeeded(url) else { return startHandle(url.beginning(at: turn)) }
        do {
            try HostResolution.start(url) { [weak self, loop] result in
                loop.execute { [weak self] in
                    self?.assumeIsolated { connection in
                        switch result {
                        case .success(let url): connection.startHandle(url.beginning(at: turn))
                        case .failure(let error): connection.give(up: error)
                        }
                    }
                }
            }
        } catch {
            give(up: error)
        }
    }

    private func startHandle(_ url: PostgresURL) {
        // The time may have passed while the name was looked for.
        guard end == nil else { return }
        do {
            let handle = try ConnectionHandle(url, options)
            self.handle = handle
            guard !handle.isBroken else { return give(up: handle.connectError) }
            // Until it was polled first, libpq's connection counts as waiting to write.
            watch(handle, for: .writable)
        } catch {
            give(up: error)
        }
    }

    func advanceConnecting() {
        guard let handle else { return }
        // Polling may close the socket and open another, even under the same number.
        unwatch(handle)
        switch PQconnectPoll(handle.pointer) {
        case PGRES_POLLING_READING: watch(handle, for: .readable)
        case PGRES_POLLING_WRITING: watch(handle, for: .writable)
        case PGRES_POLLING_OK: connected(handle)
        default: give(up: handle.connectError)
        }
    }

    private func connected(_ handle: ConnectionHandle) {
        guard PQsetnonblocking(handle.pointer, 1) == 0, PQenterPipelineMode(handle.pointer) == 1 else {
            return give(up: PostgresError(.limit, detail: "the connection takes no pipeline"))
        }
        stopTimer()
        // Also while nothing runs: a server that goes away says so, and the next call need not find out.
        watch(handle, for: .readable)
        guard end == nil else { return }
        connecting?.resume(returning: .success(()))
        connecting = nil
    }
}
