import ArgumentParser
import FoundationEssentials
import Messaging
import Policy

/// `switchboard explain`: how the policy judges send requests.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Reads send requests as JSON lines and prints one decision record for each.",
        discussion: """
            Each line may also carry app, class and purpose. Sends nothing, and needs no broker, ledger, account or
            settings: facts that it lacks count as unknown, and the app as trusted.
            """)

    @OptionGroup var choice: PolicyChoice

    @Option(name: .customLong("at"), help: "Judge as of this RFC 3339 instant instead of now.")
    var instant: String?

    @Flag(help: "Add what would be sent (body) and what the log would show of it (log).")
    var clear = false

    func validate() throws {
        if let instant, parseRFC3339(instant) == nil {
            throw ValidationError("--at is not an RFC 3339 instant such as 2026-11-21T15:00:00Z")
        }
    }

    func run() async throws {
        let policy = try choice.engine()
        let at = instant.flatMap(parseRFC3339)
        for line in InputLines() where !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
            printLine(ExplainLine(line, policy: policy, now: at ?? Date()).json(clear: clear))
        }
    }
}
