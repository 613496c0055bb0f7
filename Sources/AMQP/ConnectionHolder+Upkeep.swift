internal import EventLoop

/// Connecting, connecting again, and closing.
extension ConnectionHolder {
    /// Connects and reconnects until the task is cancelled or `stop` is called; after either it is over for good. Only
    /// the first of several calls does anything.
    func maintainConnection() async {
        guard !link.isStarted else { return }
        link.isStarted = true
        await withTaskCancellationHandler {
            while !link.isStopping, !Task.isCancelled {
                switch await logIn() {
                case .success(let login): adopt(login)
                case .failure(let error): link.enter(.disconnected(reason: error))
                }
                while link.connection != nil, !link.isStopping { await park { link.connection != nil } }
                guard !link.isStopping else { break }
                await waitBeforeReconnecting()
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.stop() } }
        }
        if link.farewells.isEmpty { drop(.closedHere) }
    }

    /// Ends ``maintainConnection()``.
    func stop() {
        link.isStopping = true
        link.unpark()
    }

    /// Closes in the protocol's way, but waits no longer than a second for the broker's answer: it may be gone.
    func closeConnection() async {
        stop()
        guard let connection = link.connection else { return }
        do {
            try connection.close(reason: "closed")
            try connection.flush()
        } catch {
            drop(error)
            return
        }
        let timer = loop.schedule(after: .seconds(1)) { [weak self] in
            self?.assumeIsolated { $0.drop(.closedHere) }
        }
        await withCheckedContinuation { continuation in
            // Asked here, because the task may have been suspended on the way: see ``park(while:)``.
            if link.connection === connection { link.farewells.append(continuation) } else { continuation.resume() }
        }
        loop.cancel(timer)
    }

    /// Waits until it is unparked, unless it need not wait any more.
    ///
    /// The condition is asked where the continuation is stored, and nowhere before: a task that does not prefer the
    /// loop's executor may be suspended between an `await` and its continuation, and what happens meanwhile would be
    /// missed.
    private func park(while mustWait: () -> Bool) async {
        await withCheckedContinuation { continuation in
            if mustWait(), !link.isStopping { link.parked = continuation } else { continuation.resume() }
        }
    }

    func logIn() async -> Result<Login, AMQPError> {
        link.generation += 1
        link.login = nil
        let generation = link.generation
        let request = LoginRequest(
            url: link.url, options: link.options, readsLargerFrames: link.readsLargerFrames, firstNode: link.nextNode)
        do {
            try LoginThread.start(request) { [weak self, loop] result in
                loop.execute { [weak self] in
                    // A login that nobody waits for any more is closed by being forgotten.
                    self?.assumeIsolated { $0.loginEnded(result, generation: generation) }
                }
            }
        } catch {
            return .failure(error)
        }
        while link.login == nil, !link.isStopping { await park { link.login == nil } }
        defer { link.login = nil }
        return link.login ?? .failure(.closedHere)
    }

    private func loginEnded(_ result: Result<Login, AMQPError>, generation: UInt64) {
        guard generation == link.generation, !link.isStopping else { return }
        link.login = result
        link.unpark()
    }

    func adopt(_ login: Login) {
        let signal: @Sendable (ConnectionSignal) -> Void = { [weak self] signal in
            self?.assumeIsolated { $0.signalled(signal) }
        }
        do {
            let connection = try Connection(login, generation: link.generation, loop: loop, signal: signal)
            link.connection = connection
            link.loggedIn(login)
            try connectionOpened(connection)
        } catch {
            drop(error)
        }
    }

    private func waitBeforeReconnecting() async {
        let wait = link.backoff(after: link.failedAttempts)
        link.failedAttempts += 1
        link.isWaitOver = false
        let timer = loop.schedule(after: wait) { [weak self] in
            self?.assumeIsolated { holder in
                holder.link.isWaitOver = true
                holder.link.unpark()
            }
        }
        while !link.isWaitOver, !link.isStopping { await park { !link.isWaitOver } }
        loop.cancel(timer)
    }

    /// The connection serves; the next loss begins with the shortest wait.
    func connectionServes() {
        link.failedAttempts = 0
        if case .blocked = link.state { return }
        link.enter(.connected)
    }
}
