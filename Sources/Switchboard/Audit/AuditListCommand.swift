import ArgumentParser
import Messaging

/// `switchboard audit list`: the entries.
struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Prints the entries as JSON lines, the oldest first.")

    @Option(help: "Only entries behind this number.") var after: Int64 = 0

    /// Entries read at a time.
    static let page = 500

    func run() async throws {
        try await LedgerCommand.withLedger { ledger, _ in
            var last = after
            while true {
                let entries = try await ledger.auditEntries(after: last, limit: Self.page)
                for entry in entries { printLine(entry.json) }
                guard let number = entries.last?.number else { return }
                last = number
            }
        }
    }
}

extension AuditEntry {
    /// As an operator reads it.
    var json: [UInt8] {
        var text = JSONText(reservingCapacity: 512)
        text.object { json in
            json.value("number", Int(number))
            json.raw("record", record)
            json.value("digest", hexadecimal(digest))
            json.value("key", keyID)
        }
        return text.bytes
    }
}
