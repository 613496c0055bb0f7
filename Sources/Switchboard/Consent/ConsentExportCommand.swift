import ArgumentParser
import Messaging

/// `switchboard consent export`: all that people have said.
struct ConsentExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints everybody's words as JSON lines, which import takes.",
        discussion: """
            People stand in it by their tokens, since the ledger knows no numbers: it can be imported where the same keys \
            are configured. It may run beside everything else; what changes meanwhile may stand in it or not.
            """)

    @Flag(help: "Only the words that are a no.") var revoked = false

    /// Words read at a time.
    private static let page = 1000

    func run() async throws {
        try await ConsentCommand.withLedger { ledger, settings in
            try await AuditTrail(ledger, settings).note("consent.export")
            var last: ConsentWord?
            repeat {
                let words = try await ledger.words(after: last, limit: Self.page)
                for word in words where !revoked || word.kind == .revoked { printLine(word.json) }
                last = words.last
            } while last != nil
        }
    }
}
