import ArgumentParser
import Messaging
import Policy

/// `switchboard audit verify`: whether the entries are those that were written.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks every entry, and prints the last one's digest.",
        discussion: """
            Keep the digest that it prints somewhere else, and give it as --contains the next time: entries that were cut \
            off at the end show in no other way. Exit code 1 when something is wrong.
            """)

    @Option(help: ArgumentHelp("A digest that was noted before and must stand in the log.", valueName: "digest"))
    var contains: String?

    func validate() throws {
        guard let contains else { return }
        guard contains.utf8.count == 64, contains.utf8.allSatisfy(isHexadecimal) else {
            throw ValidationError("--contains is not a digest: 64 hexadecimal digits")
        }
    }

    func run() async throws {
        try await LedgerCommand.withLedger { ledger, settings in
            let chain = AuditChain(ledgerID: try await ledger.status().id, keys: settings.tokenKeys)
            let check = try await AuditCheck(ledger, chain, wanted: contains?.lowercased())
            for line in check.lines { printLine(line) }
            guard let problem = check.problem else { return }
            complain(problem)
            throw ExitCode.failure
        }
    }
}

/// What came of checking the audit log.
struct AuditCheck {
    private var last: AuditEntry?
    private var unsealed: [String: Int] = [:]
    private(set) var problem: String?

    /// - Parameter wanted: a digest that must be found.
    init(_ ledger: any AuditLog, _ chain: AuditChain, wanted: String?) async throws {
        var isFound = wanted == nil
        while problem == nil {
            let entries = try await ledger.auditEntries(after: last?.number ?? 0, limit: AuditListCommand.page)
            if entries.isEmpty { break }
            for entry in entries {
                do throws(AuditChain.Problem) {
                    if try !chain.check(entry, after: last) { unsealed[entry.keyID, default: 0] += 1 }
                } catch {
                    problem = "entry \(entry.number): \(error.words)"
                    return
                }
                if let wanted, hexadecimal(entry.digest) == wanted { isFound = true }
                last = entry
            }
        }
        if !isFound { problem = "no entry has the digest that was noted: entries were cut off, or all were made anew" }
    }

    var lines: [String] {
        let count = last?.number ?? 0
        var lines = ["\(count) \(count == 1 ? "entry" : "entries") as written"]
        for (key, count) in unsealed.sorted(by: { $0.key < $1.key }) {
            lines.append("\(count) of them sealed under \(shown(key)), which SWITCHBOARD_TOKEN_KEYS lacks: not checked")
        }
        if let last { lines.append("last digest \(hexadecimal(last.digest))") }
        return lines
    }
}

extension AuditChain.Problem {
    fileprivate var words: String {
        switch self {
        case .missing(let first, let last):
            first == last ? "entry \(first) before it is missing" : "entries \(first) to \(last) before it are missing"
        case .changed: "it, or its place, is not what was written"
        case .forged(let key): "its seal was not made with the key \(shown(key))"
        }
    }
}
