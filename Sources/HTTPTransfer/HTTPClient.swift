public import EventLoop

/// Sends HTTP requests over connections that it keeps, on one event loop.
///
/// A request is sent once. libcurl by itself sends it again when a connection that was used before breaks without an
/// answer; here that is refused for every method but GET, and the caller is told that the outcome is unknown
/// (``HTTPTransferError/requestMayHaveBeenProcessed``). Redirects are not followed: they are answers.
///
/// Calls from tasks that prefer the loop's executor change no thread. Cancelling a task aborts its transfer.
public actor HTTPClient {
    private nonisolated let loop: EventLoop
    private let options: HTTPTransferOptions
    private var multi: MultiHandle?
    private var isShutDown = false

    /// The loop is the executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    /// Throws ``HTTPTransferError/Code/invalidOption`` when an option is out of range or excludes another, or the file
    /// of certificate authorities cannot be read.
    public init(loop: EventLoop, options: HTTPTransferOptions = HTTPTransferOptions()) throws(HTTPTransferError) {
        try options.check()
        self.loop = loop
        self.options = options
    }

    isolated deinit {
        multi?.close(.closed)
    }

    /// Sends `request` and returns the answer, whatever its status.
    ///
    /// The error says what failed and whether the server may have acted on the request. Cancellation is such an error,
    /// with the code ``HTTPTransferError/Code/cancelled``.
    public func send(_ request: HTTPRequest) async throws(HTTPTransferError) -> HTTPResponse {
        let endpoint = try request.checked()
        let multi = try openMulti(endpoint)
        guard !Task.isCancelled else {
            throw HTTPTransferError(code: .cancelled, mayHaveBeenProcessed: false, detail: endpoint)
        }
        let transfer = try multi.makeTransfer(request, endpoint: endpoint)
        let id = transfer.id
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Through the actor: a closure that mentions nothing of it is not isolated to it.
                start(transfer, continuation)
            }
        } onCancel: {
            // Does nothing when it overtakes the start, which looks for a cancellation itself.
            loop.execute { [weak self] in self?.assumeIsolated { $0.multi?.abort(id, .cancelled) } }
        }
        return try outcome.get()
    }

    private func start(
        _ transfer: Transfer, _ continuation: CheckedContinuation<Result<HTTPResponse, HTTPTransferError>, Never>
    ) {
        guard let multi else { return continuation.resume(returning: .failure(transfer.error(.closed))) }
        // The way here may leave the actor and come back, and what `onCancel` queued may have come first.
        guard !Task.isCancelled else { return continuation.resume(returning: .failure(transfer.error(.cancelled))) }
        multi.start(transfer, continuation)
    }

    /// Aborts what is in flight, closes all connections and refuses further requests. For a clean end, wait for the
    /// requests first. Calling it again does nothing.
    public func shutdown() async {
        isShutDown = true
        multi?.close(.closed)
        multi = nil
    }

    /// libcurl's handle is made on the loop at the first request.
    private func openMulti(_ endpoint: String) throws(HTTPTransferError) -> MultiHandle {
        guard !isShutDown else {
            throw HTTPTransferError(code: .closed, mayHaveBeenProcessed: false, detail: endpoint)
        }
        if let multi { return multi }
        let hooks = LoopHooks(
            turnEnded: { [weak self] in self?.assumeIsolated { $0.multi?.turnEnded() } },
            timerFired: { [weak self] in self?.assumeIsolated { $0.multi?.timerFired() } },
            socketReady: { [weak self] in self?.socketReady($0, $1) },
            startLimitReached: { [weak self] id in self?.assumeIsolated { $0.multi?.startLimitReached(id) } })
        let multi = try MultiHandle(loop: loop, options: options, hooks: hooks)
        self.multi = multi
        return multi
    }

    private nonisolated func socketReady(_ socket: Int32, _ readiness: Readiness) {
        assumeIsolated { $0.multi?.socketReady(socket, readiness) }
    }
}
