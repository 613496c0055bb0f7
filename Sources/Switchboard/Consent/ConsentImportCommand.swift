import ArgumentParser
import Foundation
import Messaging

/// `switchboard consent import`: many words at once.
struct ConsentImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Records the words of a file: JSON lines as export prints them, or CSV.",
        discussion: """
            Fields: to (a number) or recipient (a token of an export), program (or scope "everything"), kind (revoked or \
            granted), at (RFC 3339), and optionally evidence and keyword; a CSV file names them in its first row.

            All lines are checked first; where one is wrong, each is named and nothing is recorded. A line applies by its \
            time, so a file may be imported again, and an import be interrupted and begun anew: what stands is not changed, \
            and a later word is never undone.
            """)

    @Argument(help: "The file; - reads standard input.") var file: String
    @Flag(help: "Only checks the file.") var dryRun = false

    func run() async throws {
        let lines = try LineFile(path: file, fields: ConsentLine.fields)
        try await ConsentCommand.withLedger { ledger, settings in
            let name = file == "-" ? "stdin" : String(URL(filePath: file).lastPathComponent.prefix(80))
            let now = Date()
            let changes = try lines.complete { fields, line throws(RequestProblem) in
                try ConsentLine(fields, source: "import:\(name):\(line)", keys: settings.tokenKeys, now: now).change
            }
            guard !dryRun else { return printLine("\(changes.count) lines can be recorded") }
            let bar = ProgressBar(total: changes.count)
            let trail = try await AuditTrail(ledger, settings)
            try await trail.note(
                "consent.import.begun", details: ["file": shown(name), "lines": "\(changes.count)"])
            let outcome = await LineImport(record: { try await ledger.apply($0) }, progress: bar.show).apply(changes)
            printLine("\(outcome.changed) recorded, \(outcome.unchanged) stood already or were older than what stands")
            try await trail.note(
                "consent.import",
                details: [
                    "file": shown(name), "lines": "\(changes.count)", "recorded": "\(outcome.changed)",
                    "failed": outcome.failures.isEmpty ? nil : "yes",
                ])
            try outcome.throwFirst()
        }
    }
}
