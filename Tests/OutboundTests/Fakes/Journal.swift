import Synchronization

/// What the fakes were asked for, in order, as short sentences: `claim`, `begin 1`, `call 1`, `event message.accepted`.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    var steps: [String] { lines.withLock { $0 } }

    func note(_ line: String) { lines.withLock { $0.append(line) } }

    func clear() { lines.withLock { $0.removeAll() } }
}
