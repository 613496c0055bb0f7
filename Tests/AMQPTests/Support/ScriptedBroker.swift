import Foundation
import Synchronization

/// A peer on loopback that speaks AMQP as its scripts say, one script for each connection in turn; the last one serves
/// all further connections. Scripts run on threads of their own and use blocking calls.
final class ScriptedBroker: Sendable {
    typealias Script = @Sendable (BrokerPeer) throws -> Void

    let port: UInt16
    private let listener: Int32
    private let scripts: [Script]
    private let state = Mutex(State())
    private let threads = DispatchGroup()

    private struct State {
        var accepted = 0
        var isClosed = false
        var open: Set<Int32> = []
        var failures: [any Error] = []
    }

    init(_ scripts: [Script]) throws {
        self.scripts = scripts
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) + listen(descriptor, 16) + getsockname(descriptor, address, &length)
            }
        }
        guard listener >= 0, code == 0 else { throw PeerError("the listener cannot be opened: \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
        start { broker in broker.acceptConnections() }
    }

    /// The connections that were accepted so far.
    var connectionCount: Int { state.withLock { $0.accepted } }

    /// Ends every script and waits for it; then throws what the first of them failed with, if it was not the end itself.
    func close() async throws {
        state.withLock { state in
            state.isClosed = true
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        await withCheckedContinuation { continuation in
            threads.notify(queue: .global()) { continuation.resume() }
        }
        if let failure = state.withLock({ $0.failures.first }) { throw failure }
    }

    private func start(_ body: @escaping @Sendable (ScriptedBroker) -> Void) {
        threads.enter()
        Thread.detachNewThread {
            body(self)
            self.threads.leave()
        }
    }

    private func acceptConnections() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            let script = state.withLock { state in
                state.open.insert(descriptor)
                state.accepted += 1
                return scripts[min(state.accepted, scripts.count) - 1]
            }
            start { broker in broker.serve(descriptor, script) }
        }
        Glibc.close(listener)
    }

    private func serve(_ descriptor: Int32, _ script: Script) {
        do {
            try script(BrokerPeer(descriptor))
        } catch {
            state.withLock { if !$0.isClosed { $0.failures.append(error) } }
        }
        state.withLock { state in
            _ = state.open.remove(descriptor)
            Glibc.close(descriptor)
        }
    }
}

/// A script met something else than it expects.
struct PeerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Runs `body` with a broker that follows `script` on every connection.
func withBroker(
    _ script: @escaping ScriptedBroker.Script, body: (ScriptedBroker) async throws -> Void
) async throws {
    try await withBroker([script], body: body)
}

/// Runs `body` with a broker that follows one script after the other.
func withBroker(_ scripts: [ScriptedBroker.Script], body: (ScriptedBroker) async throws -> Void) async throws {
    let broker = try ScriptedBroker(scripts)
    do {
        try await body(broker)
    } catch {
        // A script that went wrong is the likelier cause.
        try await broker.close()
        throw error
    }
    try await broker.close()
}
