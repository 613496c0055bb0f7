public import Messaging

/// The ledger could not do what it was asked for.
///
/// Where it concerns the file rather than one call, nothing can be recorded at the moment: hold what was to be sent, and
/// ask again. After a throw it is open whether the call was recorded; a new claim tells.
public struct LedgerError: LedgerFailure, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Sendable, Hashable {
        enum Kind: Hashable {
            case busy, diskFull, readOnly, corrupt, cannotOpen, inputOutput, noMemory, missing, replaced, notALedger
            case newerSchema, absent, closed, invalid, unknownMessage, notHeld, unreachable, unsuitable, other
        }

        let kind: Kind

        /// Another process held the file locked for longer than the busy timeout.
        public static let busy = Code(kind: .busy)
        /// No space is left for the file or its log.
        public static let diskFull = Code(kind: .diskFull)
        /// The file, or its file system, may not be written to.
        public static let readOnly = Code(kind: .readOnly)
        /// The content of the file is damaged.
        public static let corrupt = Code(kind: .corrupt)
        /// The file cannot be opened: its directory is missing, it is a directory, or access is denied.
        public static let cannotOpen = Code(kind: .cannotOpen)
        /// The system failed to read, write or sync.
        public static let inputOutput = Code(kind: .inputOutput)
        /// The system has no memory left.
        public static let noMemory = Code(kind: .noMemory)
        /// The file was moved or removed while it was in use.
        public static let missing = Code(kind: .missing)
        /// Another ledger was put in the file's place while it was in use.
        public static let replaced = Code(kind: .replaced)
        /// The file belongs to another program.
        public static let notALedger = Code(kind: .notALedger)
        /// The file was written by a newer version.
        public static let newerSchema = Code(kind: .newerSchema)
        /// There is no ledger at this path, and this caller makes none.
        public static let absent = Code(kind: .absent)
        /// The ledger was closed by its owner.
        public static let closed = Code(kind: .closed)
        /// A value of this call cannot be stored.
        public static let invalid = Code(kind: .invalid)
        /// The message was never claimed.
        public static let unknownMessage = Code(kind: .unknownMessage)
        /// The message has moved on, and can no longer end without a call: claim it again.
        public static let notHeld = Code(kind: .notHeld)
        /// The database cannot be reached, broke the connection off, or did not let us in.
        public static let unreachable = Code(kind: .unreachable)
        /// The database is too old for a ledger, or does not store UTF-8.
        public static let unsuitable = Code(kind: .unsuitable)
        /// Something that the ledger has no name for; ``LedgerError/number`` tells.
        public static let other = Code(kind: .other)
    }

    /// What went wrong.
    public let code: Code
    /// SQLite's extended result code, where the store spoke.
    public let number: Int32?
    /// PostgreSQL's code, where the store spoke.
    public let sqlState: String?
    /// The file or the database, where it matters.
    public let path: String?

    /// An error of this kind.
    public init(_ code: Code, number: Int32? = nil, sqlState: String? = nil, path: String? = nil) {
        self.code = code
        self.number = number
        self.sqlState = sqlState
        self.path = path
    }

    /// Whether the same call may succeed later, without anybody's doing but the system's.
    public var isRetryable: Bool {
        switch code.kind {
        case .busy, .diskFull, .readOnly, .cannotOpen, .inputOutput, .noMemory, .missing, .notHeld, .unreachable,
            .other:
            true
        case .corrupt, .replaced, .notALedger, .newerSchema, .absent, .closed, .invalid, .unknownMessage, .unsuitable:
            false
        }
    }

    /// Whether the database cannot be reached, without having refused us: another user or database would not help.
    public var isAway: Bool {
        code == .unreachable && sqlState.map { !$0.hasPrefix("28") && !$0.hasPrefix("3D") } ?? true
    }

    /// Whether the file is damaged and must be restored from a copy.
    public var isCorrupt: Bool { code == .corrupt }

    /// Whether the store is well, and does not take the values of this call.
    public var refusesCall: Bool { code == .invalid }

    /// Whether the error concerns its call alone, and the store is well.
    var concernsOneCall: Bool {
        switch code.kind {
        case .unknownMessage, .notHeld, .invalid: true
        default: false
        }
    }

    /// What went wrong, without any value of the call.
    public var description: String {
        let place = path.map { " (\($0))" } ?? ""
        let source = number.map { " [SQLite \($0)]" } ?? sqlState.map { " [SQLSTATE \($0)]" } ?? ""
        return "the ledger\(place) \(problem)\(source)"
    }

    private var problem: String {
        switch code.kind {
        case .busy: "is locked by another process"
        case .diskFull: "has no space left on its disk"
        case .readOnly: "may not be written to"
        case .corrupt: "is damaged; restore it from a copy"
        case .cannotOpen: "cannot be opened; its directory must exist and be writable"
        case .inputOutput: "cannot be read or written by the system"
        case .noMemory: "cannot be used; the system has no memory left"
        case .missing: "was moved or removed while it was in use"
        case .replaced: "was replaced by another one while it was in use"
        case .notALedger: "is a file of another program"
        case .newerSchema: "was written by a newer version of this program"
        case .absent: "is not there"
        case .closed: "was closed"
        case .invalid: "does not take a value of this call"
        case .unknownMessage: "does not know the message"
        case .notHeld: "has seen the message move on; it can no longer end without a call"
        case .unreachable: "cannot be reached"
        case .unsuitable: "needs PostgreSQL 13 or later and a database in UTF8"
        case .other: "failed"
        }
    }
}
