import Glibc
import Messaging
import Synchronization

/// Where log lines go: a file descriptor, one line at a time.
public final class LogOutput: Sendable {
    private let descriptor: Int32
    /// Lines dropped since the last one that was written; holding the lock keeps lines whole.
    private let dropped = Mutex(0)

    /// Standard error.
    public static let standardError = LogOutput(descriptor: STDERR_FILENO)

    /// - Parameter descriptor: stays the caller's to close.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes a line.
    ///
    /// - Parameter mustArrive: wait until it can be written; otherwise it is dropped, and counted, when nobody reads.
    public func write(_ line: [UInt8], mustArrive: Bool) {
        dropped.withLock { dropped in
            guard mustArrive || isWritable(timeout: 0) else {
                dropped += 1
                return
            }
            if dropped > 0 {
                writeWhole(Array("level=warning logger=log msg=\"Log lines were dropped\" lines=\(dropped)\n".utf8))
                dropped = 0
            }
            writeWhole(line)
        }
    }

    /// Gives up only when the descriptor is closed or broken: then there is nowhere to say so.
    private func writeWhole(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { bytes in Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EAGAIN {
                _ = isWritable(timeout: -1)
            } else if written < 0, errno == EINTR {
                continue
            } else {
                return
            }
        }
    }

    /// - Parameter timeout: milliseconds; -1 waits.
    private func isWritable(timeout: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, timeout) > 0
    }
}
