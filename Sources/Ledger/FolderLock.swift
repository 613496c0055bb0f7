import FoundationEssentials
import Glibc

/// Lets one process at a time prepare the files of a folder. SQLite's own locks do not cover this: switching a new file
/// to its log fails at once, and without waiting, when somebody else looks at it.
///
/// The lock is on the folder, not on the ledger: closing a descriptor of that file would drop SQLite's locks on it.
enum FolderLock {
    /// Runs `body` when the folder of `path` is locked, which may take `timeout` at most.
    static func hold<Value>(besides path: String, timeout: Duration, _ body: () throws -> Value) throws -> Value {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LedgerError(.cannotOpen, path: path) }
        defer { close(descriptor) }
        let end = ContinuousClock.now + timeout
        // A plain flock(2) could wait for ever, behind a process that was stopped.
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw LedgerError(.inputOutput, path: path) }
            guard ContinuousClock.now < end else { throw LedgerError(.busy, path: path) }
            usleep(1000)
        }
        return try body()
    }
}
