import Foundation
import Synchronization

/// A program that runs until its standard input is closed, or to its end. Started without Foundation's `Process`, whose
/// waiting blocks the threads that all tests share.
final class ChildProgram: Sendable {
    private let identifier: pid_t
    private let input: Int32
    private let output: Int32

    /// `arguments` begin with the program, which is looked up in the path.
    init(_ arguments: [String]) throws {
        (identifier, input, output) = try Self.starting.withLock { _ in try Self.start(arguments) }
    }

    /// One at a time: a program that inherited another's pipe would keep it open.
    private static let starting = Mutex(())

    private static func start(_ arguments: [String]) throws -> (pid_t, input: Int32, output: Int32) {
        var (inputEnds, outputEnds): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&inputEnds) == 0, pipe(&outputEnds) == 0 else { throw PeerIsGone() }
        for end in inputEnds + outputEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, inputEnds[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words = arguments.map { strdup($0) }
        words.append(nil)
        var started: pid_t = 0
        let code = posix_spawnp(&started, arguments[0], &actions, nil, &words, environ)
        for word in words { free(word) }
        posix_spawn_file_actions_destroy(&actions)
        close(inputEnds[0])
        close(outputEnds[1])
        guard code == 0 else { throw PeerIsGone() }
        return (started, inputEnds[1], outputEnds[0])
    }

    /// The first line that it prints.
    func firstLine() async throws -> String {
        try await onThread { [output] in
            var (line, byte): ([UInt8], UInt8) = ([], 0)
            while read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
            return String(decoding: line, as: UTF8.self)
        }
    }

    /// Closes its standard input, waits for its end, and throws when it failed.
    func finish() async throws {
        close(input)
        let status = try await onThread { [identifier] in
            var status: Int32 = 0
            waitpid(identifier, &status, 0)
            return status
        }
        close(output)
        guard status == 0 else { throw PeerIsGone() }
    }
}

/// Runs what blocks on a thread of its own.
private func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
