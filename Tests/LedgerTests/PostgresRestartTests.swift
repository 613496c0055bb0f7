import Foundation
import Ledger
import Messaging
import Postgres
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
            try node.run("down")
            for _ in 0..<20 {
                let error = await #expect(throws: LedgerError.self) { _ = try await ledger.claim(claim("b")) }
                #expect(error?.code == .unreachable && error?.isAway == true && error?.refusesCall == false)
                await #expect(throws: LedgerError.self) { _ = try await ledger.consentKnownAt() }
            }
            try node.run("up")
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
            let recorded = try await withThrowingTaskGroup(of: Set<Int>.self) { group in
                for lane in 0..<8 {
                    group.addTask {
                        var recorded: Set<Int> = []
                        var number = lane
                        while (try? await ledger.claim(claim("\(number)"))) != nil {
                            recorded.insert(number)
                            number += 8
                        }
                        return recorded
                    }
                }
                while true {
                    if (try? await ledger.claim(claim("first")).isSameRequest) == true { break }
                }
                try node.run("down")
                return try await group.reduce(into: Set<Int>()) { $0.formUnion($1) }
            }
            await ledger.close()
            try node.run("up")
            let again = try await PostgresLedger.open(try PostgresURL(node.url), logger: silent)
            #expect(!recorded.isEmpty)
            for number in recorded { #expect(try await !again.claim(claim("\(number)", hash: 2)).isSameRequest) }
            await again.close()
        }
    }
}

/// A node that Scripts/postgres has made.
struct OwnNode {
    let name: String
    let url: String

    /// `up`, `down` or `wipe`.
    func run(_ command: String) throws { _ = try PostgresNode.runScript([command, name]) }
}

private func withPostgresNode(_ body: (OwnNode) async throws -> Void) async throws {
    let name = "test-\(UInt32.random(in: .min ... .max))"
    let url = try PostgresNode.runScript(["start", name, "\(Int.random(in: 20_000..<32_000))"])
    let node = OwnNode(name: name, url: url.trimmingCharacters(in: .whitespacesAndNewlines))
    do {
        try await body(node)
    } catch {
        try? node.run("wipe")
        throw error
    }
    try node.run("wipe")
}

extension PostgresNode {
    static let script = ProcessInfo.processInfo.environment["SWITCHBOARD_TEST_POSTGRES"]

    /// Runs Scripts/postgres and returns what it printed.
    static func runScript(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: script ?? "")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        struct ScriptFailed: Error {}
        guard process.terminationStatus == 0 else { throw ScriptFailed() }
        return text
    }
}
