import FoundationEssentials
import Glibc

/// The lines of a descriptor, as bytes without their line feeds; reads as it goes, so that a pipe may stay open.
struct InputLines: Sequence, IteratorProtocol {
    /// The longest line that is read whole; the rest of a longer one is dropped, and it will not parse.
    static let maximumLine = 4 << 20

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isAtEnd = false

    init(descriptor: Int32 = STDIN_FILENO) {
        self.descriptor = descriptor
    }

    mutating func next() -> [UInt8]? {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer[..<end]
                if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
                buffer.removeSubrange(...end)
                return Array(line)
            }
            searched = buffer.count
            guard !isAtEnd else {
                defer { buffer = [] }
                return buffer.isEmpty ? nil : buffer
            }
            fill()
            if buffer.count > Self.maximumLine, searched > Self.maximumLine {
                buffer.removeSubrange(Self.maximumLine...)
                searched = buffer.count
            }
        }
    }

    private mutating func fill() {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            buffer.append(contentsOf: chunk[..<count])
        } else if count == 0 || errno != EINTR {
            isAtEnd = true
        }
    }
}
