import Foundation
import Synchronization

/// An HTTP peer on loopback that does what a test tells it, misbehaviour included. Each connection runs its script on a
/// thread of its own, with blocking calls.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (PeerConnection) throws -> Void

    let port: UInt16
    private let listener: Int32
    private let log = Mutex(Log())

    struct Log {
        var connections = 0
        var requests: [String] = []
        var open: [PeerConnection] = []
        var isStopped = false
        var ended = 0
        var waiting: [(event: Event, count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        func count(_ event: Event) -> Int {
            switch event {
            case .request: requests.count
            case .end: ended
            }
        }

        mutating func resumeWaiting() {
            let reached = waiting.filter { $0.count <= count($0.event) }
            waiting = waiting.filter { $0.count > count($0.event) }
            for waiter in reached { waiter.continuation.resume() }
        }
    }

    enum Event { case request, end }

    /// `backlog` of zero and an accept loop that never runs make a server whose connections hang.
    init(accepts: Bool = true, backlog: Int32 = 512, _ script: @escaping Script) throws {
        (listener, port) = try listenOnLoopback(backlog: backlog)
        if accepts { Thread.detachNewThread { [self] in accept(script) } }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var connectionCount: Int { log.withLock(\.connections) }
    /// Heads and bodies of the requests that were read whole.
    var requests: [String] { log.withLock(\.requests) }

    func stop() {
        let open: [PeerConnection]? = log.withLock { log in
            guard !log.isStopped else { return nil }
            log.isStopped = true
            return log.open
        }
        guard let open else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for connection in open { connection.abandon() }
    }

    /// Returns when that many requests were read whole.
    func received(_ count: Int) async { await reached(.request, count) }

    /// Returns when that many connections were closed by the server.
    func ended(_ count: Int) async { await reached(.end, count) }

    private func reached(_ event: Event, _ count: Int) async {
        await withCheckedContinuation { continuation in
            log.withLock { log in
                log.waiting.append((event, count, continuation))
                log.resumeWaiting()
            }
        }
    }

    fileprivate func record(_ request: String) {
        log.withLock { log in
            log.requests.append(request)
            log.resumeWaiting()
        }
    }

    fileprivate func recordEnd() {
        log.withLock { log in
            log.ended += 1
            log.resumeWaiting()
        }
    }

    private func accept(_ script: @escaping Script) {
        while true {
            let socket = Foundation.accept(listener, nil, nil)
            guard socket >= 0 else { return }
            // A child program that inherited it would keep it open when the script closes it.
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            let connection = log.withLock { log in
                log.connections += 1
                let connection = PeerConnection(socket: socket, number: log.connections, server: self)
                log.open.append(connection)
                return connection
            }
            let isStopped = log.withLock(\.isStopped)
            guard !isStopped else { return connection.end() }
            Thread.detachNewThread {
                try? script(connection)
                connection.end()
            }
        }
    }
}

struct PeerIsGone: Error {}

/// One accepted connection.
final class PeerConnection: Sendable {
    /// Counted from one.
    let number: Int
    private let descriptor: Mutex<Int32?>
    private let socket: Int32
    private let server: ScriptedServer
    private let unread = Mutex<[UInt8]>([])

    init(socket: Int32, number: Int, server: ScriptedServer) {
        self.socket = socket
        self.number = number
        self.server = server
        descriptor = Mutex(socket)
    }

    /// Reads a whole request, by its `Content-Length`.
    @discardableResult
    func readRequest() throws -> String {
        let head = try readHead()
        let length = head.lowercased().split(separator: "\r\n")
            .first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        let request = head + String(decoding: try read(length ?? 0), as: UTF8.self)
        record(request)
        return request
    }

    func record(_ request: String) { server.record(request) }

    /// Reads to the empty line.
    func readHead() throws -> String {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try read(1) }
        return String(decoding: head, as: UTF8.self)
    }

    func read(_ count: Int) throws -> [UInt8] {
        while unread.withLock(\.count) < count {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let received = recv(socket, &chunk, chunk.count, 0)
            guard received > 0 else { throw PeerIsGone() }
            unread.withLock { $0 += chunk.prefix(received) }
        }
        return unread.withLock { unread in
            defer { unread.removeFirst(count) }
            return Array(unread.prefix(count))
        }
    }

    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) throws {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw PeerIsGone() }
            bytes = bytes.dropFirst(sent)
        }
    }

    func answer(_ status: String = "200 OK", headers: [String] = [], _ body: String = "") throws {
        let head = (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n")
        try write(head + "\r\n\r\n" + body)
    }

    /// Closes with a reset instead of an orderly end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Foundation.linger>.size))
    }

    /// Waits until the client's kernel has all that was written.
    func flush() {
        var unacknowledged: Int32 = 0
        repeat {
            guard ioctl(socket, UInt(TIOCOUTQ), &unacknowledged) == 0 else { return }
            sched_yield()
        } while unacknowledged > 0
    }

    /// Ends its side, and waits until the client's kernel knows: a close may take a while to arrive on a busy machine.
    func endAndWaitUntilKnown() {
        shutdown(socket, Int32(SHUT_WR))
        // linux/tcp.h: TCP_INFO, whose first byte is the state, and the state FIN_WAIT2.
        let (option, acknowledged): (Int32, UInt8) = (11, 5)
        var state: UInt8 = 0
        repeat {
            var length = socklen_t(1)
            guard getsockopt(socket, Int32(IPPROTO_TCP), option, &state, &length) == 0 else { return }
            sched_yield()
        } while state < acknowledged
    }

    func stopServer() { server.stop() }

    /// Waits until the client closes, or the server stops.
    func waitForEnd() {
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) > 0 {}
    }

    /// Whether the client, which has no more to send, closes before `delay` is over; waits so long otherwise.
    func isClosed(within delay: Duration) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, Int32(delay / .milliseconds(1))) != 0
    }

    /// Wakes the script's thread out of a blocking call.
    fileprivate func abandon() {
        descriptor.withLock { descriptor in
            if let descriptor { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    fileprivate func end() {
        descriptor.withLock { descriptor in
            if let open = descriptor.take() { close(open) }
        }
        server.recordEnd()
    }
}

/// A listening socket on 127.0.0.1 and the port that the kernel chose.
func listenOnLoopback(backlog: Int32 = 16) throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopbackAddress(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, length) == 0 && listen(descriptor, backlog) == 0
                && getsockname(descriptor, address, &length) == 0
        }
    }
    guard descriptor >= 0, isListening else { throw PeerIsGone() }
    return (descriptor, UInt16(bigEndian: address.sin_port))
}

/// A socket whose connection to that port of loopback is under way.
func startConnecting(port: UInt16) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_INET, kind, 0)
    var address = loopbackAddress(port: port)
    withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            _ = connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    return descriptor
}

private func loopbackAddress(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// Runs `body` with a server that is stopped afterwards.
func withServer<Result>(
    _ script: @escaping ScriptedServer.Script, _ body: (ScriptedServer) async throws -> Result
) async throws -> Result {
    let server = try ScriptedServer(script)
    defer { server.stop() }
    return try await body(server)
}
