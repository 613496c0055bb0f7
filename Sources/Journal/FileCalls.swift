import Glibc

/// The system calls whose failure tests bring about.
struct FileCalls: Sendable {
    /// As write(2).
    var write: @Sendable (Int32, UnsafeRawBufferPointer) -> Int
    /// As fdatasync(2), for a file of records.
    var sync: @Sendable (Int32) -> Int32

    static let system = FileCalls(
        write: { descriptor, bytes in Glibc.write(descriptor, bytes.baseAddress, bytes.count) },
        sync: { descriptor in fdatasync(descriptor) })
}

/// The whole content of a file, up to `limit` bytes.
func readFile(_ path: String, limit: Int) throws(JournalError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw JournalError(.inputOutput, number: errno, subject: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw JournalError(.inputOutput, number: errno, subject: path) }
    var bytes = [UInt8](repeating: 0, count: min(limit, Int(status.st_size)))
    var count = 0
    while count < bytes.count {
        let got = bytes.withUnsafeMutableBytes {
            read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
        }
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw JournalError(.inputOutput, number: errno, subject: path) }
        if got == 0 { break }
        count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}
