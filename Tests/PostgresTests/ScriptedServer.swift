import EventLoop
import Foundation
import Postgres
import Synchronization

/// A database server on loopback that does what a test tells it, misbehaviour included. Each connection runs its script on a
/// thread of its own.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (ServerPeer) throws -> Void

    let port: UInt16
    private let listener: Int32
    private let peers = Mutex<(all: [ServerPeer], isStopped: Bool)>(([], false))

    init(_ script: @escaping Script) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard listener >= 0, isListening else { throw PeerIsGone() }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept(script) }
    }

    var connectionCount: Int { peers.withLock(\.all.count) }

    func stop() {
        let open = peers.withLock { peers in
            peers.isStopped = true
            return peers.all
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for peer in open { peer.abandon() }
    }

    private func accept(_ script: @escaping Script) {
        // Here, not where it is stopped: another server may have got its number by the time of the next accept.
        defer { close(listener) }
        while true {
            let socket = Foundation.accept(listener, nil, nil)
            guard socket >= 0 else { return }
            let (peer, isStopped) = peers.withLock { peers in
                let peer = ServerPeer(socket: socket, number: peers.all.count + 1)
                peers.all.append(peer)
                return (peer, peers.isStopped)
            }
            guard !isStopped else { return peer.end() }
            Thread.detachNewThread {
                try? script(peer)
                peer.end()
            }
        }
    }

    func url(_ parameters: String = "sslmode=disable") throws -> PostgresURL {
        try PostgresURL("postgres://ann:hunter2@127.0.0.1:\(port)/x?\(parameters)")
    }
}

/// Runs `body` with a server that is stopped afterwards.
func withServer<Result>(
    _ script: @escaping ScriptedServer.Script, _ body: (ScriptedServer) async throws -> Result
) async throws -> Result {
    let server = try ScriptedServer(script)
    defer { server.stop() }
    return try await body(server)
}

/// Connects to a server that runs `script` once the client has logged in.
func withConnection<Result>(
    _ script: @escaping ScriptedServer.Script, options: PostgresOptions = PostgresOptions(),
    _ body: (PostgresConnection) async throws -> Result
) async throws -> Result {
    try await withServer { peer in
        try peer.logIn()
        try script(peer)
    } _: { server in
        let loop = try EventLoop(name: "test")
        let connection = try await PostgresConnection.connect(try server.url(), loop: loop, options: options)
        let result = try await body(connection)
        await connection.close()
        return result
    }
}

/// What `body` threw; nil when it did not.
func failure(_ body: () async throws(PostgresError) -> Void) async -> PostgresError? {
    do throws(PostgresError) {
        try await body()
        return nil
    } catch {
        return error
    }
}

let select = PostgresQuery(PostgresStatement("SELECT 1"))
