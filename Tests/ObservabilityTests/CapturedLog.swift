import FoundationEssentials
import Glibc
import Logging
import Observability

/// A pipe that a log writes into and a test reads from.
final class CapturedLog: Sendable {
    let readEnd: Int32
    let writeEnd: Int32
    let output: LogOutput

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure() }
        readEnd = ends[0]
        writeEnd = ends[1]
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
        output = LogOutput(descriptor: writeEnd)
    }

    struct Failure: Error {}

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func logger(_ format: LogFormat = .text, level: Logger.Level = .trace) -> Logger {
        Logger(label: "worker") { label in
            LineLogHandler(
                label: label, format: format, level: level, output: self.output,
                now: { Date(timeIntervalSince1970: 1_795_273_200) })
        }
    }

    /// Whether something came within ten seconds.
    func waitUntilReadable() -> Bool {
        var entry = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 10_000) > 0
    }

    /// Everything that was written so far.
    func text() -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(readEnd, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<count]
        }
    }
}
