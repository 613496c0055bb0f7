import Glibc

/// The file of the journal that is being written.
struct SegmentWriter: ~Copyable {
    let name: SegmentName
    let cipher: RecordCipher
    private let descriptor: Int32
    private let calls: FileCalls
    /// Bytes that are on the disk for sure.
    private(set) var durableLength = 0

    /// Makes the file, for its owner alone. Its name is durable when the folder is.
    init(_ name: SegmentName, folder: JournalFolder, keys: JournalKeys, calls: FileCalls) throws(JournalError) {
        descriptor = open(
            folder.path(name.description), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
            S_IRUSR | S_IWUSR)
        guard descriptor >= 0 else { throw JournalError(.inputOutput, number: errno) }
        self.name = name
        self.calls = calls
        cipher = RecordCipher(segment: name, keys: keys)
    }

    deinit {
        close(descriptor)
    }

    /// Writes and syncs. After a throw the file must not be written to any more: what the system does with pages whose
    /// sync has failed is open, and their nonces are used up.
    mutating func append(_ bytes: [UInt8]) throws(JournalError) {
        let failure = write(bytes)
        if failure == 0, calls.sync(descriptor) == 0 {
            durableLength += bytes.count
            return
        }
        let number = failure == 0 ? errno : failure
        // Best effort: what nobody was promised may be there all the same.
        _ = ftruncate(descriptor, off_t(durableLength))
        throw JournalError(.inputOutput, number: number)
    }

    /// 0, or the system's error number.
    private func write(_ bytes: [UInt8]) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = calls.write(descriptor, UnsafeRawBufferPointer(rebasing: rest))
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                rest = rest.dropFirst(count)
            }
            return 0
        }
    }
}
