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
    static func create(_ path: String) throws(LedgerError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)
        guard descriptor >= 0 else {
            throw LedgerError(errno == EROFS || errno == EACCES ? .readOnly : .cannotOpen, path: path)
        }
        close(descriptor)
    }
}
