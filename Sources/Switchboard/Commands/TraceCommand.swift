import ArgumentParser
import FoundationEssentials
import Ledger
import Messaging

/// `switchboard trace`: what became of one message.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Tells what became of a message, from the ledger, and what happens next.",
        discussion: """
            Shows state, attempts, worker, decision, statuses, the provider's id and times; no address and no text. Changes \
            nothing. Uses SWITCHBOARD_LEDGER_URL, as run does. Exit code 1 when the ledger does not know the message.
            """)

    @Argument(help: "Its message_id.") var id: String
    @Option(help: "The app that sent it; without it, every app's message of this id.") var app: String?
    @Flag(help: "Print one JSON object a line.") var json = false

    func validate() throws {
        guard isMessageID(id) else { throw ValidationError("a message_id is 1 to 128 of A-Z a-z 0-9 . _ : -") }
        guard app.map(isRoutingWord) ?? true else { throw ValidationError("an app is 1 to 32 of a-z, 0-9 and hyphens") }
    }

    func run() async throws {
        try await withSettings { settings in
            let traces: [MessageTrace]
            do {
                let ledger = try await settings.ledger.open(creates: false, logger: CommandBroker.silent)
                do {
                    traces = try await ledger.traces(messageID: id, app: app)
                    await ledger.close()
                } catch {
                    await ledger.close()
                    throw error
                }
            } catch let error as LedgerError {
                complain("SWITCHBOARD_LEDGER_URL: \(error)")
                throw error.code == .absent ? ExitCode.wrongConfiguration : ExitCode.failure
            }
            let now = Date()
            for (index, trace) in traces.enumerated() {
                let report = TraceReport(trace, inDoubtGrace: settings.inDoubtGrace, now: now)
                if json {
                    printLine(report.json)
                } else {
                    if index > 0 { printLine("") }
                    for line in report.lines { printLine(line) }
                }
            }
            guard !traces.isEmpty else {
                complain(TraceReport.unknown(id: id, app: app))
                throw ExitCode.failure
            }
        }
    }
}
