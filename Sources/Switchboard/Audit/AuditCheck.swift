import Messaging
import Policy

/// What came of checking the audit log: every entry is looked at, also behind one that is wrong.
struct AuditCheck {
    private var last: AuditEntry?
    private var count = 0
    private var unchecked: [String: Int] = [:]
    private var isAnySealChecked = false
    private(set) var problems: [String] = []

    /// - Parameter wanted: a digest that must be found.
    init(_ ledger: any AuditLog, _ chain: AuditChain, wanted: String?) async throws {
        var isFound = wanted == nil
        while true {
            // From the very beginning, whatever numbers somebody has given.
            let entries = try await ledger.auditEntries(after: last?.number ?? .min, limit: AuditListCommand.page)
            if entries.isEmpty { break }
            for entry in entries {
                check(entry, chain)
                if let wanted, hexadecimal(entry.digest) == wanted { isFound = true }
                last = entry
                count += 1
            }
        }
        if let last, unchecked[last.keyID] != nil {
            // Whoever has no key can make all of it anew, up to the first entry whose seal is checked.
            problems.append("the last entry is sealed under \(shown(last.keyID)), which SWITCHBOARD_TOKEN_KEYS lacks")
        }
        if !isFound {
            problems.append("no entry has the digest that was noted: entries were cut off, or all were made anew")
        }
    }

    private mutating func check(_ entry: AuditEntry, _ chain: AuditChain) {
        do throws(AuditChain.Problem) {
            if try chain.check(entry, after: last) {
                isAnySealChecked = true
            } else {
                unchecked[entry.keyID, default: 0] += 1
                guard isAnySealChecked else { return }
                note(entry, "it is sealed under \(shown(entry.keyID)), which SWITCHBOARD_TOKEN_KEYS lacks")
            }
        } catch {
            note(entry, error.words)
        }
    }

    private mutating func note(_ entry: AuditEntry, _ problem: String) {
        problems.append("entry \(entry.number): \(problem)")
    }

    var lines: [String] {
        var lines = ["\(count) \(count == 1 ? "entry" : "entries")\(problems.isEmpty ? " as written" : "")"]
        for (key, count) in unchecked.sorted(by: { $0.key < $1.key }) {
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
