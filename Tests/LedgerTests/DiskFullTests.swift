import Foundation
import GRDB
import Logging
import Messaging
import Synchronization
import Testing

@testable import Ledger

/// A disk without space: every call fails as long as it lasts, what was promised before stands, and the ledger goes on by
/// itself when there is space again.
@Suite(.timeLimit(.minutes(2))) struct DiskFullTests {
    private typealias Call = @Sendable (SQLiteLedger, Int) async throws -> Void

    /// Each writes something that needs a page sooner or later.
    private static let calls: [(name: String, run: Call)] = [
        ("claim", { ledger, number in _ = try await ledger.claim(claim("claim-\(number)")) }),
        (
            "begin",
            { ledger, number in
                _ = try await ledger.claim(claim("begin-\(number)"))
                _ = try await ledger.begin(start("begin-\(number)", decision: "{\(number)}"))
            }
        ),
        (
            "record",
            { ledger, number in
                _ = try await ledger.record(
                    report("record-\(number)", .accepted, sid: sid(number)) {
                        $0.recipient = RecipientToken("ph_k1_\(number)")
                        $0.program = program
                    })
            }
        ),
        ("apply", { ledger, number in _ = try await ledger.apply(change(.revoked, sid(number), recipient: .anna)) }),
        (
            "tick",
            { ledger, number in try await ledger.noteTick(bridge: "b\(number)", at: noon, isLeaving: false, now: noon) }
        ),
        (
            "close",
            { ledger, number in
                _ = try await ledger.claim(claim("close-\(number)"))
                try await ledger.close(
                    .shop("close-\(number)"), as: .blocked, decision: Array("{c\(number)}".utf8), now: noon)
            }
        ),
    ]

    @Test(arguments: calls.map(\.name))
    func everyCallFailsWhileTheFileMayNotGrowAndWorksAfter(_ name: String) async throws {
        let call = try #require(Self.calls.first { $0.name == name }?.run)
        try await withLedgerFile { path async throws in
            let log = HealthLog()
            let ledger = try await SQLiteLedger.open(path, logger: log.logger)
            let pages = try await ledger.write { connection throws(LedgerError) in connection.pragma("page_count") }
            // The limit holds for the connection, and is gone with it: as if somebody made room.
            _ = try await ledger.write { connection throws(LedgerError) in
                connection.pragma("max_page_count = \(pages ?? "1")")
            }
            var number = 0
            var failure: LedgerError?
            while failure == nil, number < 10_000 {
                number += 1
                do { try await call(ledger, number) } catch { failure = error as? LedgerError }
            }
            #expect(failure?.code == .diskFull)
            #expect(failure?.isRetryable == true && failure?.refusesCall == false)
            // The one that failed, and one that follows.
            try await succeeds { try await call(ledger, number) }
            try await call(ledger, number + 1)
            #expect(try await ledger.write { connection throws(LedgerError) in connection.integrity() } == "ok")
            #expect(log.lines == ["The ledger cannot be used", "The ledger works again"])
            await ledger.close()
        }
    }

    /// As long as the disk is full the error may change: the log, its index or the file itself found no place.
    @Test(.enabled(if: SmallDisk.isPossible, "only root may mount"))
    func onAFullDiskNothingIsLostThatWasPromised() async throws {
        try await SmallDisk.with(megabytes: 3) { disk async throws in
            let path = disk.appending(path: "ledger.sqlite").path
            let log = HealthLog()
            let ledger = try await SQLiteLedger.open(path, logger: log.logger)
            var promised: [Int] = []
            for number in 0..<20 {
                _ = try await ledger.claim(claim("\(number)"))
                promised.append(number)
            }
            for round in 1...3 {
                try SmallDisk.fill(disk)
                var failures = 0
                // Longer than the ledger waits before it opens its file again.
                let end = ContinuousClock.now + .milliseconds(400)
                var number = round * 1_000_000
                while ContinuousClock.now < end {
                    number += 1
                    do {
                        _ = try await ledger.claim(claim("\(number)"))
                        promised.append(number)
                    } catch let error as LedgerError {
                        #expect(error.isRetryable, "\(error)")
                        failures += 1
                    }
                }
                #expect(failures > 0, "round \(round)")
                SmallDisk.makeRoom(disk)
                try await succeeds { _ = try await ledger.claim(claim("after \(round)")) }
            }
            for number in promised { #expect(try await !ledger.claim(claim("\(number)", hash: 2)).isSameRequest) }
            #expect(try await ledger.write { connection throws(LedgerError) in connection.integrity() } == "ok")
            // Each outage is said once for each thing that is wrong, and its end once.
            #expect(log.lines.filter { $0 == "The ledger works again" }.count == 3)
            #expect(log.lines.count <= 9, "\(log.lines)")
            await ledger.close()
        }
    }
}

extension LedgerConnection {
    fileprivate func integrity() -> String? { pragma("integrity_check") }
}

/// A file system in memory that is soon full.
private enum SmallDisk {
    static var isPossible: Bool { geteuid() == 0 && FileManager.default.fileExists(atPath: "/bin/mount") }

    static func with(megabytes: Int, _ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "small-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder.path])
        defer { try? run("/bin/umount", ["-l", folder.path]) }
        try await body(folder)
    }

    static func fill(_ disk: URL) throws {
        let file = disk.appending(path: "filler").path
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)
        #expect(descriptor >= 0)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while page.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) > 0 {}
        #expect(errno == ENOSPC)
    }

    static func makeRoom(_ disk: URL) {
        try? FileManager.default.removeItem(at: disk.appending(path: "filler"))
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = try Process.run(URL(filePath: program), arguments: arguments)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) failed")
    }
}

/// What the ledger tells the operator.
private final class HealthLog: LogHandler, Sendable {
    private let said = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { _ in self } }
    var lines: [String] { said.withLock { $0 } }

    func log(event: LogEvent) { said.withLock { $0.append("\(event.message)") } }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set { _ = newValue }
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set { _ = newValue }
    }
}
