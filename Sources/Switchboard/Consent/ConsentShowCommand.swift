import ArgumentParser
import FoundationEssentials
import Messaging
import Policy

/// `switchboard consent show`: what one person has said.
struct ConsentShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tells what a person has said to each program, and whether the number is still theirs.",
        discussion: """
            Ends with 0 and a line on standard error where the person has said nothing. The answers of a database of \
            reassigned numbers follow, but with --json, which prints what import takes.
            """)

    @OptionGroup var person: PersonArgument
    @Flag(help: "Print JSON lines, as export does.") var json = false

    func run() async throws {
        let address = try person.address()
        try await LedgerCommand.withLedger { ledger, settings in
            let tokens = settings.tokenKeys.tokens(for: address)
            let words = try await ledger.words(of: tokens)
            if words.isEmpty { complain("the ledger knows no word of this recipient") }
            for word in words {
                if json { printLine(word.json) } else { printLine(word.line) }
            }
            guard !json else { return }
            let answers = try await ledger.reassignment(of: tokens)
            for answer in [answers.yes, answers.other].compactMap({ $0 }) { printLine(answer.line) }
        }
    }
}

extension ConsentWord {
    /// For people.
    var line: String {
        let scope = program == ConsentChange.everything ? "everything" : program
        let keyword = keyword.map { " \"\($0)\"" } ?? ""
        return "\(kind.rawValue)  \(formatRFC3339(at))  \(scope)  \(evidence)\(keyword)"
    }

    /// A line of an export, which an import takes.
    var json: [UInt8] {
        var text = JSONText(reservingCapacity: 256)
        text.object { json in
            json.value("recipient", recipient.text)
            json.value("program", program)
            json.value("kind", kind.rawValue)
            json.value("at", formatRFC3339(at))
            json.value("evidence", evidence)
            json.value("keyword", keyword)
        }
        return text.bytes
    }
}
