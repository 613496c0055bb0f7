import AMQP
import ArgumentParser
import EventLoop
import FoundationEssentials
import Messaging
import Topics

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
                    printLine(entry.json { $0.value("body", clear ? text(of: letter) : nil) })
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
            if clear { printLine(forTerminal(text(of: letter))) }
        }
        guard found > 0 else {
            complain("no message of this id stands in \(filter.queues.map(\.name).joined(separator: ", "))")
            throw ExitCode.failure
        }
    }
}

/// The body as text; what is not UTF-8 becomes U+FFFD.
private func text(of letter: DeadLetter) -> String { String(decoding: letter.message.body, as: UTF8.self) }

/// A text from outside must not steer the terminal.
private func forTerminal(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" || $0 == "\t" || $0.isVisible ? $0 : "?" }))
}

/// Looks through the queues for what a filter means.
struct DeadLetterListing {
    private let filter: DeadLetterFilter
    private let pass: QueuePass
    private let now = Date()

    /// - Throws: exit code 78 after one line that names the setting.
    init(filter: DeadLetterFilter) throws {
        self.filter = filter
        let (url, options) = try CommandBroker.access(name: "switchboard replay", role: "REPLAY")
        pass = QueuePass(loop: try EventLoop(name: "replay"), url: url, options: options)
    }

    /// Calls `body` for every message that is meant.
    ///
    /// - Returns: how many were looked at.
    /// - Throws: exit code 1 after one line that says why.
    func each(_ body: (DeadLetterEntry, DeadLetter) -> Void) async throws -> Int {
        var looked = 0
        for queue in filter.queues {
            do {
                let outcome = try await pass.run(queue.name) { delivery in
                    let letter = DeadLetter(delivery, from: queue.name)
                    let age = letter.age(at: now)
                    if filter.matches(letter, age: age) { body(DeadLetterEntry(letter, age: age), letter) }
                    return .keep
                }
                looked += outcome.looked
                if outcome.isCutShort {
                    complain("\(queue.name): only the oldest \(QueuePass.mostHeld) messages were looked at")
                }
            } catch {
                complain(error.description)
                throw ExitCode.failure
            }
        }
        return looked
    }
}
