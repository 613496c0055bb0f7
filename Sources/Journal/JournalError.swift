import Glibc

/// The journal could not do what it was asked for.
public struct JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Sendable, Hashable {
        enum Kind: Hashable {
            case full, tooLarge, inUse, cannotOpen, inputOutput, missingKey, invalidKeys, closed
        }

        let kind: Kind

        /// The record would make the files larger than they may be.
        public static let full = Code(kind: .full)
        /// The record alone is larger than a record may be.
        public static let tooLarge = Code(kind: .tooLarge)
        /// Another process keeps its journal in the folder.
        public static let inUse = Code(kind: .inUse)
        /// The folder cannot be made or opened, or a file cannot be made in it.
        public static let cannotOpen = Code(kind: .cannotOpen)
        /// The system failed to read, write or sync.
        public static let inputOutput = Code(kind: .inputOutput)
        /// Records are there whose key is not among those that were given.
        public static let missingKey = Code(kind: .missingKey)
        /// No key was given, an id is not 1 to 8 of a–z and 0–9, or two keys have the same id.
        public static let invalidKeys = Code(kind: .invalidKeys)
        /// The journal was closed by its owner.
        public static let closed = Code(kind: .closed)
    }

    /// What went wrong.
    public let code: Code
    /// The system's error number, where it spoke.
    public let number: Int32?
    /// The folder or file; for ``Code/missingKey`` the id of the key.
    public let subject: String?

    /// An error of this kind.
    public init(_ code: Code, number: Int32? = nil, subject: String? = nil) {
        self.code = code
        self.number = number
        self.subject = subject
    }

    /// Whether nothing is lost by working without a journal: there was no place for one, so nothing can stand in it.
    public var meansNoPlace: Bool { code == .cannotOpen || code == .inUse }

    /// What went wrong, without anything of a record.
    public var description: String {
        let place = subject.map { " (\($0))" } ?? ""
        let reason = number.map { ": " + String(cString: strerror($0)) } ?? ""
        switch code.kind {
        case .full: return "the journal is full"
        case .tooLarge: return "the record is too large for the journal"
        case .inUse: return "the journal\(place) is in use by another process"
        case .cannotOpen: return "the journal\(place) cannot be opened\(reason)"
        case .inputOutput: return "the journal\(place) cannot be read or written\(reason)"
        case .missingKey: return "the journal holds records under the key \(subject ?? ""), which is not loaded"
        case .invalidKeys: return "the journal's keys need distinct ids of 1 to 8 of a-z and 0-9"
        case .closed: return "the journal was closed"
        }
    }
}
