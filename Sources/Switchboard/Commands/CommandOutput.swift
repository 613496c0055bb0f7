import ArgumentParser
import FoundationEssentials
import Glibc

/// Writes a line to standard output at once, also into a pipe.
func printLine(_ line: some StringProtocol) {
    writeAll(Array(line.utf8) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
}

/// Writes bytes and a line feed to standard output at once.
func printLine(_ bytes: [UInt8]) {
    writeAll(bytes + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
}

/// Writes a line to standard error.
func complain(_ line: some StringProtocol) {
    writeAll(Array("switchboard: \(line)\n".utf8), to: STDERR_FILENO)
}

/// Writes text without a line feed to standard error: progress.
func showProgress(_ text: some StringProtocol) {
    writeAll(Array(text.utf8), to: STDERR_FILENO)
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // Whoever read this has gone; there is nobody to tell.
        guard count > 0 || errno == EINTR else { return }
        rest = rest.dropFirst(max(count, 0))
    }
}

extension ExitCode {
    /// The configuration is wrong (`EX_CONFIG` of sysexits(3)).
    static let wrongConfiguration = ExitCode(78)
}

/// Runs `body`; a wrong setting ends the program with its one line and exit code 78.
func withSettings<Value>(
    _ body: (Settings) async throws -> Value
) async throws -> Value {
    do {
        return try await body(Settings(environment: ProcessInfo.processInfo.environment))
    } catch let problem as SettingProblem {
        complain(problem.description)
        throw ExitCode.wrongConfiguration
    }
}
