import Foundation
import Synchronization

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
    func abandon() {
        descriptor.withLock { descriptor in
            if let descriptor { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    func end() {
        descriptor.withLock { descriptor in
            if let open = descriptor.take() { close(open) }
        }
        server.recordEnd()
    }
}
