import Glibc

/// Which file a path names. SQLite would go on writing into a file that was moved or removed, and what it records there
/// nobody finds again.
struct FileIdentity: Equatable {
    private let device: UInt64
    private let node: UInt64

    init(_ path: String) throws(LedgerError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw LedgerError(errno == ENOENT ? .missing : .cannotOpen, path: path)
        }
        device = UInt64(status.st_dev)
        node = UInt64(status.st_ino)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes an empty file that only its owner may read, where there is none: SQLite would make one for everybody, and
    /// gives its log the same permissions.
    ///
    /// It is made under another name. Closing any descriptor of a file drops all the locks that this process has on it
    /// (<https://www.sqlite.org/howtocorrupt.html>, section 2.2), and somebody may have it open by then.
    static func create(_ path: String) throws(LedgerError) {
        guard !exists(path) else { return }
        let temporary = "\(path).new-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)
        guard descriptor >= 0 else {
            throw LedgerError(errno == EROFS || errno == EACCES ? .readOnly : .cannotOpen, path: path)
        }
        close(descriptor)
        defer { unlink(temporary) }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw LedgerError(.cannotOpen, path: path) }
    }
}
