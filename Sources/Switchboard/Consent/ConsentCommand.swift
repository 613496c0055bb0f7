import ArgumentParser
import FoundationEssentials
import Ledger
import Messaging
import Policy

/// `switchboard consent`: what people have said, for operators.
///
/// It writes to the ledger itself, not through the broker: a no holds from the next message on even while everything else is
/// stopped, as it is when a ledger was put back from a copy, and nobody needs another right on the broker. The ledger goes
/// by the same rules for every writer: by the time of the word, at a tie revoking wins.
struct ConsentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent", abstract: "Shows and changes what people have said, and moves it between ledgers.",
        discussion: """
            Uses SWITCHBOARD_LEDGER_URL and SWITCHBOARD_TOKEN_KEYS, as run does, and may run beside everything else. \
            Subscribers are not told: no event is published.
            """,
        subcommands: [
            ConsentShowCommand.self, ConsentRevokeCommand.self, ConsentGrantCommand.self, ConsentExportCommand.self,
            ConsentImportCommand.self, ConsentReassignedCommand.self,
        ])

    /// Runs `body` with the ledger once it knows the keys under which people are about to be stored.
    static func withLedger(_ body: (any LedgerStore, Settings) async throws -> Void) async throws {
        try await LedgerCommand.withLedger { ledger, settings in
            if let first = try await ledger.admit(settings.tokenKeys.fingerprints).first {
                complain("SWITCHBOARD_TOKEN_KEYS: \(first.advice)")
                throw ExitCode.wrongConfiguration
            }
            try await body(ledger, settings)
        }
    }
}
