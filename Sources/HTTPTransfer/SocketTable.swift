import CCurl
import EventLoop
import Glibc

/// Which of libcurl's sockets the loop watches.
///
/// Between two requests on a connection libcurl tells us to forget its socket and then to watch it again. That costs
/// two system calls a request, so the loop goes on watching the idle connection, until it is ready without being
/// wanted or libcurl closes it. Only sockets whose closing we see, because libcurl does it through us, may be kept so:
/// another with the same number would be taken for the one that is watched.
///
/// An idle HTTP/1.1 connection that becomes readable was closed by the server, or carries something nobody asked for,
/// such as a 408 before the close. libcurl 7.88 would take that for the answer to the next request, so it is spoilt
/// here: then libcurl finds it dead and connects anew.
final class SocketTable {
    private struct Entry {
        var interest: Readiness
        var use: Use
    }

    private enum Use {
        /// libcurl waits for the socket.
        case wanted
        /// An idle connection on which nothing may arrive.
        case idle
        /// An idle connection on which the server may speak at any time: HTTP/2.
        case idleShared
    }

    private let loop: EventLoop
    private let handler: @Sendable (Int32, Readiness) -> Void
    private var entries: [Int32: Entry] = [:]
    private var connections: Set<Int32> = []

    /// `handler` is called on the loop, also for sockets that are not wanted: ask ``isWanted(_:)``.
    init(loop: EventLoop, handler: @escaping @Sendable (Int32, Readiness) -> Void) {
        self.loop = loop
        self.handler = handler
    }

    /// What the close callback of a connection is given.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// How many connections are open, idle ones included.
    var connectionCount: Int { connections.count }

    /// Makes a socket for a connection of libcurl, which closes it through ``close(_:_:)``.
    func open(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.pointee.family, kind, address.pointee.protocol)
        guard descriptor >= 0 else { return CURL_SOCKET_BAD }
        connections.insert(descriptor)
        return descriptor
    }

    /// libcurl's wish. False when the loop cannot watch the socket.
    func want(_ socket: Int32, _ interest: Readiness) -> Bool {
        if entries[socket]?.interest == interest {
            entries[socket]?.use = .wanted
            return true
        }
        do {
            let handler = handler
            try loop.watch(socket, for: interest) { readiness in handler(socket, readiness) }
            entries[socket] = Entry(interest: interest, use: .wanted)
            return true
        } catch {
            return false
        }
    }

    /// libcurl needs to hear of the socket no longer, for now or for ever.
    func release(_ socket: Int32, isShared: Bool) {
        if connections.contains(socket), entries[socket]?.interest == .readable {
            entries[socket]?.use = isShared ? .idleShared : .idle
        } else {
            forget(socket)
        }
    }

    /// Whether to tell libcurl that `socket` is ready. One that is idle is not watched further: it would stay ready.
    func isWanted(_ socket: Int32) -> Bool {
        guard let entry = entries[socket] else { return false }
        if entry.use != .wanted { forget(socket) }
        if entry.use == .idle { spoil(socket) }
        return entry.use == .wanted
    }

    /// Ends the connection under libcurl's hands, and takes away what has arrived: what libcurl looks for is an end.
    private func spoil(_ socket: Int32) {
        shutdown(socket, Int32(SHUT_RDWR))
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
            while recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
        }
    }

    func forget(_ socket: Int32) {
        guard entries.removeValue(forKey: socket) != nil else { return }
        loop.unwatch(socket)
    }

    func forgetAll() {
        for socket in entries.keys { loop.unwatch(socket) }
        entries = [:]
    }

    /// libcurl's way to close a connection's socket.
    static func close(_ socket: curl_socket_t, _ context: UnsafeMutableRawPointer?) -> Int32 {
        if let context {
            let table = Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue()
            table.forget(socket)
            table.connections.remove(socket)
        }
        return Glibc.close(socket)
    }
}
