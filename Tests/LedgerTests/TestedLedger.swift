import FoundationEssentials
import Ledger
import Logging
import Messaging
import Testing

/// The stores that keep the ports' promises: every conformance test runs on each.
///
/// PostgreSQL is there when `SWITCHBOARD_TEST_POSTGRES_URL` names a database, as it does in the live tier of Scripts/test.
enum TestedLedger: CaseIterable, Sendable {
    case sqlite, postgres

    static var allCases: [TestedLedger] { PostgresNode.url == nil ? [.sqlite] : [.sqlite, .postgres] }

    /// Runs `body` on a new, empty ledger.
    func run(_ body: (any LedgerStore) async throws -> Void) async throws {
        try await run(ledgers: 1) { try await body($0[0]) }
    }

    /// Runs `body` with several ledgers on one new, empty store, as of several processes.
    func run(
        ledgers count: Int, _ body: ([any LedgerStore]) async throws -> Void
    ) async throws {
        switch self {
        case .sqlite:
            try await withLedgerFile { path async throws in
                var ledgers: [SQLiteLedger] = []
                for _ in 0..<count { ledgers.append(try await openLedger(path)) }
                try await body(ledgers)
                for ledger in ledgers { await ledger.close() }
            }
        case .postgres:
            try await withPostgresSchema { schema async throws in
                var ledgers: [PostgresLedger] = []
                for _ in 0..<count { ledgers.append(try await openPostgresLedger(schema)) }
                try await body(ledgers)
                for ledger in ledgers { await ledger.close() }
            }
        }
    }
}

/// Runs `body` with the path of a file that is not there yet, in a folder of its own.
func withLedgerFile(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appending(path: "ledger.sqlite").path)
}

func openLedger(_ path: String, change: (inout SQLiteLedger.Options) -> Void = { _ in }) async throws -> SQLiteLedger {
    var options = SQLiteLedger.Options()
    change(&options)
    return try await SQLiteLedger.open(
        path, options: options, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

let noon = Date(timeIntervalSince1970: 1_795_262_400)

extension MessageKey {
    static func shop(_ id: String) -> MessageKey { MessageKey(app: "shop", messageID: id) }
}

extension RecipientToken {
    static let anna = RecipientToken("ph_k1_anna")
    static let annaNew = RecipientToken("ph_k2_anna")
    static let ben = RecipientToken("ph_k1_ben")
}

let program = "MG00000000000000000000000000000001"

func sid(_ number: Int, _ prefix: String = "SM") -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: 32 - digits.count) + digits
}

func claim(
    _ id: String, hash: UInt8 = 1, recipient: [RecipientToken] = [.anna], at now: Date = noon
) -> MessageClaim {
    MessageClaim(
        key: .shop(id), requestHash: [UInt8](repeating: hash, count: 32), messageClass: .promotional,
        purpose: "spring", channel: .sms, recipient: recipient, program: program, now: now)
}

func start(
    _ id: String, attempt: Int = 1, worker: String = "w1", recipient: [RecipientToken] = [.anna], epoch: Int64 = 0,
    decision: String = "{}", at now: Date = noon, expiresAt: Date? = nil
) -> AttemptStart {
    AttemptStart(
        key: .shop(id), attempt: attempt, worker: worker, recipient: recipient, program: program, consentEpoch: epoch,
        decision: Array(decision.utf8), now: now, expiresAt: expiresAt)
}

func settlement(
    _ id: String, attempt: Int = 1, worker: String = "w1", _ result: Settlement.Result, at now: Date = noon
) -> Settlement {
    Settlement(key: .shop(id), attempt: attempt, worker: worker, result: result, now: now)
}

func report(
    _ id: String?, _ status: MessageStatus, sid: String? = nil, attempt: Int? = nil, at: Date = noon,
    change: (inout StatusReport) -> Void = { _ in }
) -> StatusReport {
    var report = StatusReport(key: id.map { .shop($0) }, sid: sid, status: status, at: at)
    report.attempt = attempt
    change(&report)
    return report
}

/// What events say of a message.
func context(_ id: String) -> MessageContext {
    MessageContext(
        messageID: id, app: "shop", messageClass: .promotional, purpose: "spring", channel: .sms, account: "retail",
        sender: nil, attempt: 1)
}

func change(
    _ kind: ConsentChange.Kind, _ evidence: String, recipient: RecipientToken = .anna, programs: [String] = [program],
    at: Date = noon
) -> ConsentChange {
    ConsentChange(
        kind: kind, recipient: recipient, programs: programs, evidence: evidence, keyword: nil, at: at)
}

func seconds(_ count: Double) -> Date { noon.addingTimeInterval(count) }

/// Repeats a call until the ledger has opened its file again; the pause between attempts is the ledger's.
func succeeds(_ body: () async throws -> Void) async throws {
    for _ in 0..<100_000 {
        do {
            return try await body()
        } catch let error as LedgerError where error.isRetryable {
            continue
        }
    }
    Issue.record("the ledger did not recover")
}
