import FoundationEssentials
import Messaging

/// The numbers under which the states are stored.
enum StoredState: Int64 {
    case held = 0
    case attempting, accepted, refused, unknown, abandoned, closed
}

/// A message as it is stored.
struct MessageRow {
    var id: Int64
    var state: StoredState
    var attempt: Int
    var rank: Int
    var firstSeen: Int64
    var changedAt: Int64
    var worker: Int64?
    var program: Int64?
    var requestHash: [UInt8]?
    var recipient: RecipientToken?
    var status: MessageStatus?
    var errorCode: Int64?
    var sid: String?
    var providerStatus: String?
    var deferralReason: String?
    var decision: Int64?
    /// When it was last claimed, to a day; nil within a day of when it was first seen.
    var seenAt: Int64?

    /// In the order of ``init(_:)``.
    static let selection = """
        SELECT id, coalesce(state, 0), coalesce(attempt, 0), coalesce(rank, 0), first_seen,
            coalesce(changed_at, first_seen), worker, program, request_hash, recipient, status, error_code, sid,
            provider_status, deferral_reason, decision, seen_at
        FROM message LEFT JOIN progress ON progress.message = message.id
        """

    init(_ columns: Columns) {
        id = columns.integer(0)
        // A state of a newer version is taken for one in which nothing may be sent.
        state = StoredState(rawValue: columns.integer(1)) ?? .closed
        attempt = columns.int(2)
        rank = columns.int(3)
        firstSeen = columns.integer(4)
        changedAt = columns.integer(5)
        worker = columns.optionalInteger(6)
        program = columns.optionalInteger(7)
        requestHash = columns.blob(8)
        recipient = columns.text(9).map(RecipientToken.init)
        status = columns.text(10).flatMap(MessageStatus.init)
        errorCode = columns.optionalInteger(11)
        sid = columns.text(12)
        providerStatus = columns.text(13)
        deferralReason = columns.text(14)
        decision = columns.optionalInteger(15)
        seenAt = columns.optionalInteger(16)
    }

    /// The state in the port's words.
    func attemptState(_ names: NameTable) throws(LedgerError) -> AttemptState {
        let since = Date(microseconds: changedAt)
        switch state {
        case .held: return .held(attempts: attempt)
        case .attempting:
            return .attempting(attempt: attempt, worker: try worker.map(names.text) ?? "", since: since)
        case .accepted: return .accepted(attempt: attempt, sid: sid ?? "", providerStatus: providerStatus ?? "")
        case .refused: return .refused(attempt: attempt, code: errorCode.map { Int(clamping: $0) })
        case .unknown: return .unknown(attempt: attempt, since: since)
        case .abandoned: return .abandoned(attempt: attempt)
        case .closed: return .closed(status ?? .dropped)
        }
    }
}
