import CCurl
import EventLoop

/// What the loop tells libcurl, and what libcurl wants of the loop.
extension MultiHandle {
    /// What the turn has gathered is done in one call.
    func turnEnded() {
        isTurnEndAwaited = false
        isInTurnEnd = true
        act(curl_socket_t(CURL_SOCKET_TIMEOUT), 0)
        isInTurnEnd = false
        startLimits.watch { id in
            guard let transfer = active[id], !transfer.hasStarted else { return nil }
            return transfer.startLimit
        }
    }

    func timerFired() {
        if timer.isDue() { act(curl_socket_t(CURL_SOCKET_TIMEOUT), 0) }
    }

    func socketReady(_ socket: Int32, _ readiness: Readiness) {
        guard sockets.isWanted(socket) else { return }
        var events: Int32 = 0
        if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if readiness.contains(.failed) { events |= CURL_CSELECT_ERR }
        act(socket, events)
    }

    private func act(_ socket: curl_socket_t, _ events: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(pointer, socket, events, &running)
        finishEnded()
    }

    private func finishEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // The message is gone with the next call to libcurl.
            let code = message.pointee.data.result
            guard let context = ccurl_get_context(easy) else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            finish(transfer, transfer.outcome(code))
        }
    }

    func awaitEndOfTurn() {
        guard !isTurnEndAwaited else { return }
        isTurnEndAwaited = true
        loop.atEndOfTurn(hooks.turnEnded)
    }

    func setUpCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_on_events(
            pointer,
            { easy, socket, what, context, _ in MultiHandle.at(context)?.socketChanged(easy, socket, what) ?? -1 },
            { _, milliseconds, context in MultiHandle.at(context)?.timerChanged(milliseconds) ?? -1 },
            context)
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> MultiHandle? {
        context.map { Unmanaged<MultiHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    private func timerChanged(_ milliseconds: Int) -> Int32 {
        // At the end of a turn it is too late to ask for that end: the loop may sleep next.
        if milliseconds == 0, !isInTurnEnd {
            awaitEndOfTurn()
        } else {
            timer.want(milliseconds: milliseconds)
        }
        return 0
    }

    private func socketChanged(_ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32) -> Int32 {
        guard what != CURL_POLL_REMOVE else {
            let version = easy.map { ccurl_get_long($0, CURLINFO_HTTP_VERSION) } ?? 0
            sockets.release(socket, isShared: version > Int(CURL_HTTP_VERSION_1_1))
            return 0
        }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        // libcurl fails every transfer when the answer is -1; none can go on whose socket is not watched.
        return sockets.want(socket, interest) ? 0 : -1
    }
}
