import CCurl
import Glibc

/// What libcurl calls while it carries a transfer, on the loop's thread, from within calls to the multi handle.
extension Transfer {
    func setUpCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_pointer(easy.pointer, CURLOPT_PRIVATE, context)
        ccurl_on_request(
            easy.pointer, { context, _, _, _, _ in Transfer.at(context)?.start() ?? CURL_PREREQFUNC_ABORT }, context)
        ccurl_on_response(
            easy.pointer,
            { bytes, size, count, context in
                Transfer.at(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size &* count)) ?? 0
            },
            { bytes, size, count, context in
                Transfer.at(context)?.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size &* count)) ?? 0
            },
            context)
        ccurl_on_open_socket(
            easy.pointer, { context, _, address in Transfer.at(context)?.openSocket(address) ?? CURL_SOCKET_BAD },
            context)
        ccurl_on_close_socket(easy.pointer, { context, socket in SocketTable.close(socket, context) }, sockets.context)
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Called whenever the request is about to be written to a connection that is ready: the one place that all
    /// sending passes. libcurl sends a request again by itself when a connection that it used before breaks without an
    /// answer, although the server may have acted on it, and when an HTTP/2 server refuses the stream. The second time
    /// is refused here, and so the outcome stays unknown.
    private func start() -> Int32 {
        if hasStarted, !mayRepeat {
            refusal = .repetition
            return CURL_PREREQFUNC_ABORT
        }
        if let latestStart, !hasStarted, ContinuousClock.now > latestStart {
            refusal = .late
            return CURL_PREREQFUNC_ABORT
        }
        hasStarted = true
        return CURL_PREREQFUNC_OK
    }

    /// Called with one line at a time: status lines, headers, the empty line after them, and trailers.
    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        headerSize += line.count
        guard headerSize <= limits.maximumHeaderSize else {
            refusal = .headersTooLarge
            return 0
        }
        if expectsStatusLine {
            // Interim answers come before the final one, each with a status line; trailers have none.
            guard line.starts(with: "HTTP/".utf8) else { return line.count }
            block.removeAll()
            expectsStatusLine = false
        } else if line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n") {
            expectsStatusLine = true
        } else {
            block.append(line)
        }
        return line.count
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= limits.maximumBodySize - body.count else {
            refusal = .bodyTooLarge
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func openSocket(_ address: UnsafePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let address else { return CURL_SOCKET_BAD }
        if let allowsAddress = limits.allowsAddress {
            guard let peer = PeerAddress(address), allowsAddress(peer) else {
                refusal = .address
                return CURL_SOCKET_BAD
            }
        }
        return sockets.open(address)
    }
}
