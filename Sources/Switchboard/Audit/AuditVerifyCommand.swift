import ArgumentParser
import Messaging
import Policy

/// `switchboard audit verify`: whether the entries are those that were written.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks every entry, and prints the last one's digest.",
        discussion: """
            Keep the digest that it prints somewhere else, and give it as --contains the next time: entries that were cut \
            off at the end show in no other way. Exit code 1 when something is wrong.
            """)

    @Option(help: ArgumentHelp("A digest that was noted before and must stand in the log.", valueName: "digest"))
    var contains: String?

    func validate() throws {
        guard let contains else { return }
        guard contains.utf8.count == 64, contains.utf8.allSatisfy(\.isHexDigit) else {
            throw ValidationError("--contains is not a digest: 64 hexadecimal digits")
        }
    }

    func run() async throws {
        // With the keys that the ledger knows: others would make every seal look forged.
        try await ConsentCommand.withLedger { ledger, settings in
            let chain = AuditChain(ledgerID: try await ledger.status().id, keys: settings.tokenKeys)
            let check = try await AuditCheck(ledger, chain, wanted: contains?.lowercased())
            for line in check.lines { printLine(line) }
            for problem in check.problems.prefix(20) { complain(problem) }
            if check.problems.count > 20 { complain("and \(check.problems.count - 20) more") }
            guard check.problems.isEmpty else { throw ExitCode.failure }
        }
    }
}
