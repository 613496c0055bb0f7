import ArgumentParser
import Messaging

/// `switchboard replay list`: what was given up, without removing anything.
struct ReplayListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows what was given up, a line each, and how many there are for each reason and app.",
        discussion: "Shows no address and no text. Removes nothing.")

    @OptionGroup var filter: DeadLetterFilter
    @Option(help: "Show at most so many lines; all are counted.") var limit = 100
    @Flag(help: "Print a JSON object for each message instead of lines.") var json = false
    @Flag(help: "Add the request's own text, with addresses, to the JSON.") var clear = false

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is negative") }
        if clear, !json {
            throw ValidationError("--clear needs --json; for one message: switchboard replay show --clear")
        }
    }

    func run() async throws {
        let listing = try DeadLetterListing(filter: filter)
        var summary = DeadLetterSummary()
        let looked = try await listing.each { entry, letter in
            if summary.total < limit {
                if json {
                    printLine(entry.json { $0.value("body", clear ? letter.text : nil) })
                } else {
                    if summary.total == 0 { printLine(DeadLetterEntry.heading) }
                    printLine(entry.line)
                }
            }
            summary.add(entry)
        }
        guard !json else { return }
        if summary.total > limit { printLine("… and \(summary.total - limit) more") }
        printLine("\(summary.total) of \(looked) messages" + (summary.total == 0 ? "" : ":"))
        for line in summary.lines { printLine("  \(line)") }
    }
}
