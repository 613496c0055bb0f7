internal import CLinux

/// Runs a closure on a thread of its own: a sync waits for the disk, which neither a loop nor Swift's own threads may.
final class JournalThread: Sendable {
    private let body: @Sendable () -> Void

    static func start(_ body: @escaping @Sendable () -> Void) throws(JournalError) {
        let retained = Unmanaged.passRetained(JournalThread(body))
        let code = linux_start_thread(
            1 << 20,
            { context in
                guard let context else { return nil }
                linux_name_thread("journal")
                Unmanaged<JournalThread>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            throw JournalError(.cannotOpen, number: code)
        }
    }

    private init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
