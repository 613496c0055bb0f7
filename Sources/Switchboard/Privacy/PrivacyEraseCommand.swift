import ArgumentParser
import FoundationEssentials
import Ledger
import Messaging
import Policy

/// `switchboard privacy erase`: removes what is kept of one person.
struct PrivacyEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Removes what is kept of a person, but for their no.",
        discussion: """
            Messages that have ended stay without their recipient, as ids and times that recognise a repeat. Dead letters \
            to the person are removed for good, and so are events that wait in the archive's queue. A no outlives \
            everything: it is what keeps the person from being written to again. What has not ended is left, and what \
            waits in the spool goes to subscribers when the broker is back: run it again then. It may be interrupted, \
            and run again. Exit code 1 when something is left.

            The provider keeps its own records, and subscribers what they have taken. Export first: afterwards nothing \
            leads from the person to the provider's ids.
            """)

    @OptionGroup var person: PersonArgument
    @OptionGroup var places: PrivacyPlaces
    @Option(help: "Noted in the audit log, such as a ticket's number.") var reason: String?
    @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

    func validate() throws {
        try PrivacyPlaces.check(reason: reason)
        if person.isFromInput, !yes { throw ValidationError("a recipient on standard input needs --yes") }
    }

    func run() async throws {
        let address = try person.address()
        try await ConsentCommand.withLedger { ledger, settings in
            let person = Person(address, settings.tokenKeys)
            guard yes || isConfirmed(person) else {
                complain("not confirmed: nothing was erased")
                throw ExitCode.failure
            }
            let trail = try await AuditTrail(ledger, settings)
            try await trail.note("privacy.erase.begun", subject: person.tokens.first, reason: reason)
            var erasure = Erasure()
            try await erasure.erase(from: ledger, person)
            // Before the queues, into which it empties: rather told as left than not seen.
            let spooled = PrivacyPlaces.spooled(settings, of: person)
            erasure.spooled = spooled.events.count
            let problems =
                try await PrivacyPlaces.unreachable(ledger, settings)
                + places.visit { erasure.verdict(on: $0, person) }
            try await trail.note(
                "privacy.erase", subject: person.tokens.first, reason: reason, details: erasure.details)
            for line in erasure.lines { printLine(line) }
            for problem in problems + spooled.problems { complain(problem) }
            guard problems.isEmpty, spooled.problems.isEmpty, !erasure.isAnythingLeft else { throw ExitCode.failure }
        }
    }

    private func isConfirmed(_ person: Person) -> Bool {
        showProgress("Erase what is kept of \(person.masked)? [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}

/// What was removed of a person, and what is left.
struct Erasure {
    private var messages = ErasedMessages(erased: 0, kept: 0, next: nil)
    private var facts = ErasedFacts(facts: [:], grants: 0)
    private var revocations = 0
    private var requests = 0
    private var events = 0
    /// Events that wait on disk.
    var spooled = 0

    mutating func erase(from ledger: any LedgerStore, _ person: Person) async throws {
        repeat {
            let part = try await ledger.erase(
                messagesTo: person.tokens, after: messages.next, limit: PrivacyPlaces.part)
            messages.erased += part.erased
            messages.kept += part.kept
            messages.next = part.next
        } while messages.next != nil
        facts = try await ledger.erase(factsOf: person.tokens)
        revocations = try await ledger.words(of: person.tokens).count { $0.kind == .revoked }
    }

    mutating func verdict(on letter: QueuedLetter, _ person: Person) -> QueuePass.Verdict {
        guard letter.concerns(person) else { return .keep }
        switch letter {
        case .request: requests += 1
        case .event: events += 1
        }
        return .remove
    }

    var isAnythingLeft: Bool { messages.kept > 0 || spooled > 0 }

    /// For the audit log.
    var details: KeyValuePairs<String, String?> {
        [
            "messages": "\(messages.erased)", "messagesLeft": "\(messages.kept)", "facts": "\(factCount)",
            "grants": "\(facts.grants)", "revocationsKept": "\(revocations)", "deadLetters": "\(requests)",
            "archivedEvents": "\(events)", "spooledLeft": "\(spooled)",
        ]
    }

    private var factCount: Int { facts.facts.values.reduce(0, +) }

    /// For the operator.
    var lines: [String] {
        var lines = [
            "messages         \(messages.erased) now without a recipient"
                + (messages.kept > 0 ? "; \(messages.kept) not ended yet, and left" : "")
        ]
        for kind in PersonalFact.Kind.allCases {
            if let count = facts.facts[kind] { lines.append("\(padded(kind.rawValue, to: 16)) \(count) removed") }
        }
        if facts.grants > 0 { lines.append("yes              \(facts.grants) removed") }
        if revocations > 0 { lines.append("no               \(revocations) kept: nobody writes to this person again") }
        lines.append("dead letters     \(requests) removed")
        lines.append("archive          \(events) removed")
        if spooled > 0 { lines.append("spool            \(spooled) events wait for the broker, and are left") }
        return lines
    }
}
