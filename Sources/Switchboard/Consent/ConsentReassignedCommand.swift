import ArgumentParser
import Foundation
import Messaging

/// `switchboard consent reassigned`: which numbers have changed hands since the consent.
struct ConsentReassignedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reassigned", abstract: "Records the answers of a database of reassigned numbers.",
        discussion: """
            The FCC's Reassigned Numbers Database and Twilio's Lookup (reassigned_number) are asked with a number and the day \
            of the consent, and say whether the number was disconnected on that day or later. A yes blocks what needs consent \
            in the United States until its owner says yes anew; no-data warns. A yes counts for good, the others for as long \
            as the policy says (limits.reassigned).

            The file is JSON lines or CSV with a row of titles. Fields: number (E.164, or ten digits), date (the day it was \
            asked with, 2026-03-01 or 20260301), answer (yes, no, no-data), and at (RFC 3339, when the database was asked), \
            which --asked-at may say for all. All lines are checked first; where one is wrong, each is named and nothing is \
            recorded. A file may be imported again: what stands is not changed.
            """)

    @Argument(help: "The file; - reads standard input.") var file: String
    @Option(help: "When the database was asked (RFC 3339), for lines that do not say it.")
    var askedAt: String?
    @Flag(help: "Only checks the file.") var dryRun = false

    func validate() throws {
        guard let askedAt else { return }
        guard let instant = parseRFC3339(askedAt), instant <= Date() else {
            throw ValidationError("--asked-at is no RFC 3339 instant of the past")
        }
    }

    func run() async throws {
        let lines = try LineFile(path: file, fields: ReassignedLine.fields)
        try await ConsentCommand.withLedger { ledger, settings in
            let now = Date()
            let asked = askedAt.flatMap(parseRFC3339)
            let name = file == "-" ? "stdin" : String(URL(filePath: file).lastPathComponent.prefix(80))
            let answers = try lines.complete { fields, _ throws(RequestProblem) in
                try ReassignedLine(fields, askedAt: asked, keys: settings.tokenKeys, now: now)
            }
            guard !dryRun else { return printLine("\(answers.count) lines can be recorded") }
            let bar = ProgressBar(total: answers.count)
            let trail = try await AuditTrail(ledger, settings)
            try await trail.note(
                "consent.reassigned.begun",
                details: [
                    "file": shown(name), "sha256": lines.digest, "lines": "\(answers.count)",
                    "askedAt": asked.map(formatRFC3339),
                ])
            let record: @Sendable (ReassignedLine) async throws -> Bool = {
                try await ledger.record($0.reassignment, of: $0.recipient)
            }
            let outcome = await LineImport(record: record, progress: bar.show).apply(answers)
            printLine("\(outcome.changed) recorded, \(outcome.unchanged) tell nothing that is not known")
            try await trail.note(
                "consent.reassigned",
                details: [
                    "sha256": lines.digest, "lines": "\(answers.count)", "recorded": "\(outcome.changed)",
                    "failed": outcome.failures.isEmpty ? nil : "yes",
                ])
            try outcome.throwFirst()
        }
    }
}

extension Reassignment {
    /// For people.
    var line: String {
        let day = formatRFC3339(consentAt).prefix(10)
        return "disconnected on \(day) or later: \(answer), asked at \(formatRFC3339(at))"
    }
}
