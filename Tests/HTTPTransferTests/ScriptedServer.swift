import Foundation
import Synchronization

/// An HTTP peer on loopback that does what a test tells it, misbehaviour included. Each connection runs its script on a
/// thread of its own, with blocking calls.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (PeerConnection) throws -> Void

    let port: UInt16
    private let listener: Int32
    private let accepts: Bool
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
        self.accepts = accepts
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
        if !accepts { close(listener) }
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

    func record(_ request: String) {
        log.withLock { log in
            log.requests.append(request)
            log.resumeWaiting()
        }
    }

    func recordEnd() {
        log.withLock { log in
            log.ended += 1
            log.resumeWaiting()
        }
    }

    private func accept(_ script: @escaping Script) {
        // Here, not where it is stopped: another server may have got its number by the time of the next accept.
        defer { close(listener) }
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

/// Runs `body` with a server that is stopped afterwards.
func withServer<Result>(
    _ script: @escaping ScriptedServer.Script, _ body: (ScriptedServer) async throws -> Result
) async throws -> Result {
    let server = try ScriptedServer(script)
    defer { server.stop() }
    return try await body(server)
}
