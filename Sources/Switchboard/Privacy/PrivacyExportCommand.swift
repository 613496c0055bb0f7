import ArgumentParser
import FoundationEssentials
import Ledger
import Messaging
import Policy

/// `switchboard privacy export`: what is kept of one person.
struct PrivacyExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints what is kept of a person as JSON lines, in clear.",
        discussion: """
            Each line names its kind in "record": person, word (of consent), conversation, sent (as caps count it), \
            last_inbound, bad_number, reassigned, message, audit, dead-letter, archived-event, spooled-event. Changes nothing. Exit code 1 \
            when something could not be looked at; what was printed is right all the same.
            """)

    @OptionGroup var person: PersonArgument
    @OptionGroup var places: PrivacyPlaces
    @Option(help: "Noted in the audit log, such as a ticket's number.") var reason: String?

    func validate() throws { try PrivacyPlaces.check(reason: reason) }

    func run() async throws {
        let address = try person.address()
        try await ConsentCommand.withLedger { ledger, settings in
            let person = Person(address, settings.tokenKeys)
            let trail = try await AuditTrail(ledger, settings)
            // Before anything is shown: what was shown is noted, whatever happens next.
            try await trail.note("privacy.export", subject: person.tokens.first, reason: reason)
            try await exportLedger(ledger, person, inDoubtGrace: settings.inDoubtGrace)
            var problems = try await PrivacyPlaces.unreachable(ledger, settings)
            // Before the queues, into which it empties: rather twice than not at all.
            let spooled = PrivacyPlaces.spooled(settings, of: person)
            for event in spooled.events { printLine(exportLine("spooled-event", "event", text: event)) }
            problems += spooled.problems
            problems += await places.visit { letter in
                if let line = exported(letter, of: person) { printLine(line) }
                return .keep
            }
            for problem in problems { complain(problem) }
            guard problems.isEmpty else { throw ExitCode.failure }
        }
    }

    private func exportLedger(_ ledger: any LedgerStore, _ person: Person, inDoubtGrace: Double) async throws {
        var line = JSONText()
        line.object { json in
            json.value("record", "person")
            json.value("address", person.address.text)
            json.value("recipientId", person.tokens.first?.text)
        }
        printLine(line.bytes)
        for word in try await ledger.words(of: person.tokens) { printLine(exportLine("word", "word", json: word.json)) }
        for fact in try await ledger.facts(of: person.tokens) { printLine(fact.json) }
        var row: Int64?
        repeat {
            let part = try await ledger.messages(to: person.tokens, after: row, limit: PrivacyPlaces.part)
            for trace in part.messages {
                let report = TraceReport(trace, inDoubtGrace: inDoubtGrace, now: Date())
                printLine(exportLine("message", "message", json: report.json, origin: trace.origin))
            }
            row = part.next
        } while row != nil
        var number: Int64 = 0
        while true {
            let entries = try await ledger.auditEntries(after: number, limit: AuditListCommand.page)
            for entry in entries where person.isNamed(in: entry.record) {
                printLine(exportLine("audit", "entry", json: entry.json))
            }
            guard let last = entries.last else { return }
            number = last.number
        }
    }

    private func exported(_ letter: QueuedLetter, of person: Person) -> [UInt8]? {
        guard letter.concerns(person) else { return nil }
        switch letter {
        case .request(let letter):
            let entry = DeadLetterEntry(letter, age: nil)
            return exportLine("dead-letter", "message", json: entry.json { $0.value("request", letter.text) })
        case .event(let event): return exportLine("archived-event", "event", text: event)
        }
    }
}

/// A line of the export.
private func exportLine(_ record: String, _ key: String, json: [UInt8], origin: String? = nil) -> [UInt8] {
    var line = JSONText(reservingCapacity: json.count + 64)
    line.object { line in
        line.value("record", record)
        line.raw(key, json)
        line.raw("origin", origin.map { Array($0.utf8) })
    }
    return line.bytes
}

/// A line with a text that may be anything: as a JSON text.
private func exportLine(_ record: String, _ key: String, text: [UInt8]) -> [UInt8] {
    var line = JSONText(reservingCapacity: text.count + 64)
    line.object { line in
        line.value("record", record)
        line.value(key, String(decoding: text, as: UTF8.self))
    }
    return line.bytes
}

extension PersonalFact {
    /// A line of the export.
    fileprivate var json: [UInt8] {
        var line = JSONText(reservingCapacity: 256)
        line.object { json in
            json.value("record", kind.rawValue)
            json.value("at", formatRFC3339(at))
            json.value("program", program)
            json.value("app", app)
            json.value("messageId", messageID)
            json.value("purpose", purpose)
            json.value("channel", channel)
            json.value("errorCode", code)
            json.value("answer", reassignment?.answer.description)
            json.value("consentAt", reassignment.map { formatRFC3339($0.consentAt) })
            json.raw("metadata", metadata.map { Array($0.utf8) })
        }
        return line.bytes
    }
}
