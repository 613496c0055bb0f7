import Foundation
import Synchronization

struct PeerIsGone: Error {}

/// One accepted connection, in the words of PostgreSQL's protocol
/// (<https://www.postgresql.org/docs/current/protocol-message-formats.html>), with blocking calls.
final class ServerPeer: Sendable {
    /// Counted from one.
    let number: Int
    private let descriptor: Mutex<Int32?>
    private let socket: Int32

    init(socket: Int32, number: Int) {
        self.socket = socket
        self.number = number
        descriptor = Mutex(socket)
    }

    /// Reads what a client says first, without its length: the protocol's version or a request's code, and the rest.
    func readStart() throws -> [UInt8] {
        let length = try read(4).reduce(0) { $0 << 8 | Int($1) }
        return try read(length - 4)
    }

    /// Takes the client in without a password.
    func logIn() throws {
        _ = try readStart()
        try write("R", [0, 0, 0, 0])
        for (name, value) in [("server_version", "15.0"), ("client_encoding", "UTF8")] {
            try write("S", Array(name.utf8) + [0] + Array(value.utf8) + [0])
        }
        try write("K", [0, 0, 0, 7, 0, 0, 0, 9])
        try ready()
    }

    /// Reads a client's messages to the end of a pipeline, and tells their kinds.
    @discardableResult
    func readPipeline() throws -> String {
        var kinds = ""
        repeat {
            let kind = try read(1)
            let length = try read(4).reduce(0) { $0 << 8 | Int($1) }
            _ = try read(length - 4)
            kinds += String(decoding: kind, as: UTF8.self)
        } while kinds.last != "S"
        return kinds
    }

    /// The answer to a statement without rows, prepared first.
    func answer(_ tag: String) throws {
        try write("1")
        try write("2")
        try write("n")
        try write("C", Array(tag.utf8) + [0])
    }

    /// The answer to a statement with one column of this type and one row, prepared first.
    func answer(type: UInt8, _ value: [UInt8]) throws {
        try write("1")
        try write("2")
        try write("T", [0, 1, 120, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, type, 0, 8, 255, 255, 255, 255, 0, 1])
        try write("D", [0, 1, 0, 0, 0, UInt8(value.count)] + value)
        try write("C", Array("SELECT 1".utf8) + [0])
    }

    func ready(_ state: String = "I") throws { try write("Z", Array(state.utf8)) }

    /// An error as the server reports it: severity, SQLSTATE, and words that quote a value.
    func fail(_ state: String, severity: String = "ERROR") throws {
        let fields = [("S", severity), ("V", severity), ("C", state), ("M", "Key (token)=(secret) is not fine")]
        try write("E", fields.flatMap { Array($0.0.utf8) + Array($0.1.utf8) + [0] } + [0])
    }

    func write(_ kind: String, _ body: [UInt8] = []) throws {
        let length = withUnsafeBytes(of: UInt32(body.count + 4).bigEndian) { Array($0) }
        try write(Array(kind.utf8) + length + body)
    }

    func write(_ bytes: [UInt8]) throws {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw PeerIsGone() }
            bytes = bytes.dropFirst(sent)
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var chunk = [UInt8](repeating: 0, count: count - bytes.count)
            let received = recv(socket, &chunk, chunk.count, 0)
            guard received > 0 else { throw PeerIsGone() }
            bytes += chunk.prefix(received)
        }
        return bytes
    }

    /// Waits until the client closes, or the server stops.
    func waitForEnd() {
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) > 0 {}
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
    }
}
