import CCurl
import EventLoop

/// Owns libcurl's multi handle: the transfers in flight, the connections kept for the next ones, and the easy handles
/// kept for use again. Stays on the loop.
final class MultiHandle {
    let pointer: UnsafeMutableRawPointer
    let loop: EventLoop
    let hooks: LoopHooks
    let sockets: SocketTable
    let timer: MultiTimer
    let startLimits: StartLimits
    private let options: HTTPTransferOptions

    private(set) var active: [UInt64: Transfer] = [:]
    private var idle: [Transfer] = []
    private var lastID: UInt64 = 0
    var isTurnEndAwaited = false
    var isInTurnEnd = false

    /// An easy handle takes about 5 KiB; beyond what runs at once under load there is no use for more.
    private static let maximumIdleHandles = 256

    init(loop: EventLoop, options: HTTPTransferOptions, hooks: LoopHooks) throws(HTTPTransferError) {
        guard CurlLibrary.isReady, let pointer = curl_multi_init() else {
            throw .library(Int(CURLE_FAILED_INIT.rawValue))
        }
        self.pointer = pointer
        self.loop = loop
        self.options = options
        self.hooks = hooks
        sockets = SocketTable(loop: loop, handler: hooks.socketReady)
        timer = MultiTimer(loop: loop, handler: hooks.timerFired)
        startLimits = StartLimits(loop: loop, handler: hooks.startLimitReached)
        setUpCallbacks()
        setUpLimits()
    }

    private func setUpLimits() {
        // Left alone, libcurl keeps four connections for each handle that is in use at the moment, and closes the rest
        // whenever the load goes down.
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, options.maximumConnections)
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.maximumConnections)
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, options.maximumConnectionsPerHost ?? 0)
    }

    /// Ends every transfer with `code` and closes every connection. Must be called before the last reference goes.
    func close(_ code: HTTPTransferError.Code) {
        for id in Array(active.keys) { abort(id, code) }
        timer.stop()
        idle = []
        curl_multi_cleanup(pointer)
        sockets.forgetAll()
    }

    /// A transfer that is ready to start.
    func makeTransfer(_ request: HTTPRequest, endpoint: String) throws(HTTPTransferError) -> Transfer {
        let transfer = try idleTransfer()
        lastID += 1
        try transfer.prepare(request, id: lastID, endpoint: endpoint)
        return transfer
    }

    private func idleTransfer() throws(HTTPTransferError) -> Transfer {
        if let transfer = idle.popLast() { return transfer }
        return try Transfer(limits: options, sockets: sockets)
    }

    /// Hands the transfer to libcurl, which does its first work at the end of the turn: one call for all of a turn.
    func start(
        _ transfer: Transfer, _ continuation: CheckedContinuation<Result<HTTPResponse, HTTPTransferError>, Never>
    ) {
        transfer.continuation = continuation
        active[transfer.id] = transfer
        let code = curl_multi_add_handle(pointer, transfer.easy.pointer)
        guard code == CURLM_OK else {
            active[transfer.id] = nil
            continuation.resume(returning: .failure(.library(Int(CURLE_FAILED_INIT.rawValue))))
            return
        }
        startLimits.add(transfer.id)
        awaitEndOfTurn()
    }

    /// Ends a transfer early: its connection is closed, or its HTTP/2 stream reset. Ignored when it has ended.
    func abort(_ id: UInt64, _ code: HTTPTransferError.Code) {
        guard let transfer = active[id] else { return }
        finish(transfer, .failure(transfer.error(code)))
    }

    /// The request should have left by now.
    func startLimitReached(_ id: UInt64) {
        startLimits.remove(id)
        guard let transfer = active[id], !transfer.hasStarted else { return }
        abort(id, .timeout)
    }

    func finish(_ transfer: Transfer, _ outcome: Result<HTTPResponse, HTTPTransferError>) {
        curl_multi_remove_handle(pointer, transfer.easy.pointer)
        active[transfer.id] = nil
        startLimits.remove(transfer.id)
        let continuation = transfer.continuation
        transfer.clear()
        if idle.count < Self.maximumIdleHandles { idle.append(transfer) }
        continuation?.resume(returning: outcome)
    }
}
