import Glibc
import Synchronization
import UnixSignals

/// Whether somebody has asked to stop: what has begun is finished. Who asks a second time is obeyed at once, which is safe
/// as well.
final class Interruption: Sendable {
    private let wasAsked = Atomic<Bool>(false)

    var hasCome: Bool { wasAsked.load(ordering: .relaxed) }

    /// Listens while `body` runs.
    func watch<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        let listening = Task {
            for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                guard !wasAsked.exchange(true, ordering: .relaxed) else { _exit(128 + signal.rawValue) }
                complain("stopping after this message; once more to stop at once")
            }
        }
        defer { listening.cancel() }
        return try await body()
    }
}
