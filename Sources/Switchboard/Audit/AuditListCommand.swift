import ArgumentParser
import Foundation
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
            // What somebody else has written may be anything, and must not pass for another entry.
            if isJSONObject(record) {
                json.raw("record", record)
            } else {
                json.value("record", String(decoding: record, as: UTF8.self))
            }
            json.value("digest", hexadecimal(digest))
            json.value("key", keyID)
        }
        return text.bytes
    }
}

/// Whether it is one JSON object on one line.
private func isJSONObject(_ bytes: [UInt8]) -> Bool {
    guard bytes.allSatisfy({ $0 >= 0x20 }) else { return false }
    return (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any]
}
