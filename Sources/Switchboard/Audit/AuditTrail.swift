import ArgumentParser
import FoundationEssentials
import Glibc
import Ledger
import Messaging
import Policy

/// Writes what an operator did into the audit log of a ledger.
struct AuditTrail {
    private let ledger: any AuditLog
    private let chain: AuditChain
    private let now: () -> Date

    /// So many commands at once may take each other's number before one gives up.
    private static let attempts = 100

    init(_ ledger: any LedgerStore, _ settings: Settings, now: @escaping () -> Date = Date.init) async throws {
        self.init(ledger, AuditChain(ledgerID: try await ledger.status().id, keys: settings.tokenKeys), now: now)
    }

    init(_ ledger: any AuditLog, _ chain: AuditChain, now: @escaping () -> Date = Date.init) {
        self.ledger = ledger
        self.chain = chain
        self.now = now
    }

    /// Noted before it is done, so that an interruption leaves no change without an entry.
    ///
    /// - Parameters:
    ///   - action: what is done, such as `consent.revoke`.
    ///   - subject: the token of the person it was about.
    ///   - details: what else is worth knowing; no address and no text.
    /// - Throws: exit code 1 after one line, when it cannot be written.
    func note(
        _ action: String, subject: RecipientToken? = nil, reason: String? = nil,
        details: KeyValuePairs<String, String?> = [:]
    ) async throws {
        let record = Self.record(action, subject, reason, details, at: now())
        do {
            for _ in 0..<Self.attempts {
                guard let entry = chain.entry(record, after: try await ledger.lastAuditEntry()) else {
                    complain("the audit log has no number left, because somebody wrote to it; see audit verify")
                    throw ExitCode.failure
                }
                if try await ledger.append(entry) { return }
            }
            complain("the audit log is written to by too many at once")
        } catch let error as LedgerError {
            complain("the audit log cannot be written: \(error)")
        }
        throw ExitCode.failure
    }

    private static func record(
        _ action: String, _ subject: RecipientToken?, _ reason: String?, _ details: KeyValuePairs<String, String?>,
        at now: Date
    ) -> [UInt8] {
        var json = JSONText(reservingCapacity: 256)
        json.object { json in
            json.value("at", formatRFC3339(now))
            json.value("actor", actor)
            json.value("action", action)
            json.value("subject", subject?.text)
            json.value("reason", reason)
            json.object("details") { json in
                for (name, value) in details { json.value(name, value) }
            }
        }
        return json.bytes
    }

    /// Who runs this process, and where: `name@host`. Behind sudo, who called it.
    private static let actor: String = {
        let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
        // Written by sudo; anybody may set it, so it stands beside the user and not in its place.
        let caller = ProcessInfo.processInfo.environment["SUDO_USER"].map { " for \(shown($0))" } ?? ""
        return "\(user)@\(ProcessInfo.processInfo.hostName)\(caller)"
    }()
}
