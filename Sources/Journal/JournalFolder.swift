import FoundationEssentials
import Glibc

/// The folder of a journal, locked for one process.
final class JournalFolder {
    let root: String
    private let descriptor: Int32

    /// Opens the folder, which is made where it is missing; its parent must be there.
    ///
    /// - Throws: ``JournalError`` with ``JournalError/Code/cannotOpen`` or ``JournalError/Code/inUse``.
    init(_ path: String) throws(JournalError) {
        root = path
        let isMade = mkdir(path, S_IRWXU) == 0
        guard isMade || errno == EEXIST else { throw JournalError(.cannotOpen, number: errno, subject: path) }
        // Checked before it is stored: what is stored is closed by `deinit`, also when this throws.
        descriptor = try Self.openLocked(path)
        if isMade { syncParent() }
    }

    private static func openLocked(_ path: String) throws(JournalError) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw JournalError(errno == ENOTDIR ? .cannotOpen : .inputOutput, number: errno, subject: path)
        }
        let failure: JournalError
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            failure = JournalError(errno == EWOULDBLOCK ? .inUse : .cannotOpen, subject: path)
        } else if fchmod(descriptor, S_IRWXU) != 0 || access(path, R_OK | W_OK | X_OK) != 0 {
            failure = JournalError(.cannotOpen, number: errno, subject: path)
        } else {
            return descriptor
        }
        close(descriptor)
        // Where records may stand, working without them is no way out.
        let mayHoldRecords = failure.code == .cannotOpen && (try? segments(in: path))?.isEmpty != true
        throw mayHoldRecords ? JournalError(.inputOutput, number: failure.number, subject: path) : failure
    }

    deinit {
        close(descriptor)
    }

    func path(_ name: String) -> String { root + "/" + name }

    /// The journal's files, in their order.
    func segments() throws(JournalError) -> [SegmentName] { try Self.segments(in: root) }

    static func segments(in path: String) throws(JournalError) -> [SegmentName] {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path).compactMap { SegmentName($0) }
            return names.sorted { ($0.first, $0.description) < ($1.first, $1.description) }
        } catch {
            throw JournalError(.inputOutput, subject: path)
        }
    }

    /// Makes the names of files durable.
    func sync() throws(JournalError) {
        guard fsync(descriptor) == 0 else { throw JournalError(.inputOutput, number: errno, subject: root) }
    }

    func remove(_ name: SegmentName) { unlink(path(name.description)) }

    /// Keeps a file for whoever may save something of it, where the journal does not look any more.
    func setAside(_ name: SegmentName) { rename(path(name.description), path(name.aside)) }

    /// Cuts a file off, durably.
    func truncate(_ name: SegmentName, to length: Int) throws(JournalError) {
        let file = open(path(name.description), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw JournalError(.inputOutput, number: errno, subject: root) }
        defer { close(file) }
        guard ftruncate(file, off_t(length)) == 0, fsync(file) == 0 else {
            throw JournalError(.inputOutput, number: errno, subject: root)
        }
    }

    private func syncParent() {
        let parent = open(root + "/..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { return }
        fsync(parent)
        close(parent)
    }
}
