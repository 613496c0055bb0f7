import ArgumentParser

/// `switchboard replay show`: all that is known of one message.
struct ReplayShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows all that is known of a message that was given up.",
        discussion: "Removes nothing. Exit code 1 when no such message stands there.")

    @Argument(help: "Its message_id.") var id: String
    @Flag(help: "Show the request's own text, with addresses, too.") var clear = false

    func run() async throws {
        var filter = try DeadLetterFilter.parse([])
        filter.id = [id]
        var found = 0
        _ = try await DeadLetterListing(filter: filter).each { entry, letter in
            if found > 0 { printLine("") }
            found += 1
            for line in entry.details { printLine(line) }
            if clear { printLine(letter.textForTerminal) }
        }
        guard found > 0 else {
            complain("no message of this id stands in \(filter.queues.map(\.name).joined(separator: ", "))")
            throw ExitCode.failure
        }
    }
}
