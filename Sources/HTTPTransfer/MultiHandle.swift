import CCurl
import EventLoop

/// Owns libcurl's multi handle: the transfers in flight, the connections kept for the next ones, and the easy handles
/// kept for use again. Stays on the loop.
final class MultiHandle {
    private let pointer: UnsafeMutableRawPointer
    private let loop: EventLoop
    private let options: HTTPTransferOptions
    private let hooks: LoopHooks
    private let sockets: SocketTable
    private let timer: MultiTimer

    private var active: [UInt64: Transfer] = [:]
    private var idle: [Transfer] = []
    private var added: [UInt64] = []
    private var startTimers: [UInt64: LoopTimer] = [:]
    private var lastID: UInt64 = 0
    private var isTurnEndAwaited = false
    private var isInTurnEnd = false

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
        setUp()
    }

    private func setUp() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_on_events(
            pointer,
            { easy, socket, what, context, _ in MultiHandle.at(context)?.socketChanged(easy, socket, what) ?? -1 },
            { _, milliseconds, context in MultiHandle.at(context)?.timerChanged(milliseconds) ?? -1 },
            context)
        // Left alone, libcurl keeps four connections for each handle that is in use at the moment, and closes the rest
        // whenever the load goes down.
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, options.maximumConnections)
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.maximumConnections)
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, options.maximumConnectionsPerHost ?? 0)
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> MultiHandle? {
        context.map { Unmanaged<MultiHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Ends every transfer with `code` and closes every connection. Must be called before the last reference goes.
    func close(_ code: HTTPTransferError.Code) {
        for id in Array(active.keys) { abort(id, code) }
        timer.stop()
        idle = []
        curl_multi_cleanup(pointer)
        sockets.forgetAll()
    }

    // MARK: Transfers

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
        added.append(transfer.id)
        awaitEndOfTurn()
    }

    /// Ends a transfer early: its connection is closed, or its HTTP/2 stream reset. Ignored when it has ended.
    func abort(_ id: UInt64, _ code: HTTPTransferError.Code) {
        guard let transfer = active[id] else { return }
        finish(transfer, .failure(transfer.error(code)))
    }

    /// The request should have left by now.
    func startLimitReached(_ id: UInt64) {
        startTimers[id] = nil
        guard let transfer = active[id], !transfer.hasStarted else { return }
        abort(id, .timeout)
    }

    private func finish(_ transfer: Transfer, _ outcome: Result<HTTPResponse, HTTPTransferError>) {
        curl_multi_remove_handle(pointer, transfer.easy.pointer)
        active[transfer.id] = nil
        if let timer = startTimers.removeValue(forKey: transfer.id) { loop.cancel(timer) }
        let continuation = transfer.continuation
        transfer.clear()
        if idle.count < Self.maximumIdleHandles { idle.append(transfer) }
        continuation?.resume(returning: outcome)
    }

    // MARK: Events

    func turnEnded() {
        isTurnEndAwaited = false
        isInTurnEnd = true
        run()
        isInTurnEnd = false
        watchUnstarted()
    }

    func timerFired() {
        if timer.isDue() { run() }
    }

    func socketReady(_ socket: Int32, _ readiness: Readiness) {
        guard sockets.isWanted(socket) else { return }
        var events: Int32 = 0
        if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if readiness.contains(.failed) { events |= CURL_CSELECT_ERR }
        act(socket, events)
    }

    /// What is due by libcurl's own clock.
    private func run() {
        act(curl_socket_t(CURL_SOCKET_TIMEOUT), 0)
    }

    private func act(_ socket: curl_socket_t, _ events: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(pointer, socket, events, &running)
        finishEnded()
    }

    private func finishEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(pointer, &left) {
            // The message is gone with the next call to libcurl.
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            guard let context = ccurl_get_context(easy) else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            finish(transfer, transfer.outcome(code))
        }
    }

    /// libcurl's own limit does not run while a request waits for a free connection: those that did not leave within
    /// their turn, most often none, get a timer of ours.
    private func watchUnstarted() {
        guard !added.isEmpty else { return }
        for id in added {
            guard let transfer = active[id], !transfer.hasStarted else { continue }
            let reached = hooks.startLimitReached
            startTimers[id] = loop.schedule(after: transfer.startLimit) { [loop] in
                loop.execute { reached(id) }
            }
        }
        added.removeAll(keepingCapacity: true)
    }

    private func awaitEndOfTurn() {
        guard !isTurnEndAwaited else { return }
        isTurnEndAwaited = true
        let turnEnded = hooks.turnEnded
        loop.atEndOfTurn(turnEnded)
    }

    // MARK: libcurl's wishes

    private func timerChanged(_ milliseconds: Int) -> Int32 {
        if milliseconds == 0, !isInTurnEnd {
            awaitEndOfTurn()
        } else {
            timer.want(milliseconds: milliseconds)
        }
        return 0
    }

    private func socketChanged(_ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32) -> Int32 {
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0, what != CURL_POLL_REMOVE { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0, what != CURL_POLL_REMOVE { interest.insert(.writable) }
        guard !interest.isEmpty else {
            let version = easy.map { ccurl_get_long($0, CURLINFO_HTTP_VERSION) } ?? 0
            sockets.release(socket, isShared: version > Int(CURL_HTTP_VERSION_1_1))
            return 0
        }
        // libcurl fails every transfer when the answer is -1; no transfer can go on if its socket is not watched.
        return sockets.want(socket, interest) ? 0 : -1
    }
}
