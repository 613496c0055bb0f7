import Foundation
import Ledger
import Messaging
import Postgres
import Synchronization
import Testing

/// On a node of its own, which is stopped and started again.
@Suite(
    .enabled(if: PostgresNode.script != nil, "SWITCHBOARD_TEST_POSTGRES names no script"), .timeLimit(.minutes(2)))
struct PostgresRestartTests {
    @Test func aDatabaseThatIsAwayMakesCallsThrowAndComesBack() async throws {
        try await withPostgresNode { node async throws in
            let ledger = try await PostgresLedger.open(try PostgresURL(node.url), logger: silent)
            _ = try await ledger.claim(claim("a"))
            #expect(try await ledger.begin(start("a")) == .granted)
            try await node.run("down")
            for _ in 0..<20 {
                let error = await #expect(throws: LedgerError.self) { _ = try await ledger.claim(claim("b")) }
                #expect(error?.code == .unreachable && error?.isAway == true && error?.refusesCall == false)
                await #expect(throws: LedgerError.self) { _ = try await ledger.consentKnownAt() }
            }
            try await node.run("up")
            var again = try? await ledger.claim(claim("a"))
            while again == nil { again = try? await ledger.claim(claim("a")) }
            #expect(again?.state == .attempting(attempt: 1, worker: "w1", since: noon))
            #expect(try await ledger.settle(settlement("a", .unknown)))
            await ledger.close()
        }
    }

    @Test func whatWasTakenBeforeACrashStands() async throws {
        try await withPostgresNode { node async throws in
            let ledger = try await PostgresLedger.open(try PostgresURL(node.url), logger: silent)
            // Claims go on until the crash; each that returned must be found again.
            let journal = ClaimJournal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<8 {
                    group.addTask {
                        var number = lane
                        while !journal.isOver {
                            if (try? await ledger.claim(claim("\(number)"))) != nil {
                                journal.note(number)
                            }
                            number += 8
                        }
                    }
                }
                while journal.claims.isEmpty { _ = try? await ledger.claim(claim("first")) }
                try await node.run("down")
                journal.end()
                try await group.waitForAll()
            }
            await ledger.close()
            try await node.run("up")
            let again = try await PostgresLedger.open(try PostgresURL(node.url), logger: silent)
            for number in journal.claims {
                #expect(try await !again.claim(claim("\(number)", hash: 2)).isSameRequest)
            }
            await again.close()
        }
    }
}

/// The claims that returned; more are made until it is over.
private final class ClaimJournal: Sendable {
    private let state = Mutex<(claims: Set<Int>, isOver: Bool)>(([], false))

    var claims: Set<Int> { state.withLock(\.claims) }
    var isOver: Bool { state.withLock(\.isOver) }

    func note(_ number: Int) { state.withLock { _ = $0.claims.insert(number) } }
    func end() { state.withLock { $0.isOver = true } }
}

/// A node that Scripts/postgres has made.
struct OwnNode {
    let name: String
    let url: String

    /// `up`, `down` or `wipe`.
    func run(_ command: String) async throws { _ = try await PostgresNode.runScript([command, name]) }
}

private func withPostgresNode(_ body: (OwnNode) async throws -> Void) async throws {
    let name = "test-\(UInt32.random(in: .min ... .max))"
    let url = try await PostgresNode.runScript(["start", name, "\(Int.random(in: 20_000..<32_000))"])
    let node = OwnNode(name: name, url: url.trimmingCharacters(in: .whitespacesAndNewlines))
    do {
        try await body(node)
    } catch {
        try? await node.run("wipe")
        throw error
    }
    try await node.run("wipe")
}

extension PostgresNode {
    static let script = ProcessInfo.processInfo.environment["SWITCHBOARD_TEST_POSTGRES"]

    /// Runs Scripts/postgres on a thread of its own, and returns what it printed.
    static func runScript(_ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try spawn([script ?? ""] + arguments) })
            }
        }
    }

    private struct ScriptFailed: Error {}

    /// Without Foundation's `Process`, whose child inherits the blocked signals of a test's thread: a shell would never
    /// hear that its own children have ended. The output is a file, because a server that stays would keep a pipe open.
    private static func spawn(_ words: [String]) throws -> String {
        let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { unlink(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var (child, status): (pid_t, Int32) = (0, -1)
        guard posix_spawn(&child, words[0], &actions, &attributes, &arguments, environ) == 0,
            waitpid(child, &status, 0) == child, status == 0
        else { throw ScriptFailed() }
        return try String(contentsOfFile: output, encoding: .utf8)
    }
}
