public import FoundationEssentials

/// Tells a key of recipient tokens from another one of the same id, without giving it away.
public struct TokenKeyFingerprint: Sendable, Equatable {
    /// The key's id, as it stands in tokens.
    public var id: String
    /// A keyed hash of a constant.
    public var fingerprint: [UInt8]

    /// A key's fingerprint.
    public init(id: String, fingerprint: [UInt8]) {
        self.id = id
        self.fingerprint = fingerprint
    }
}

/// Why a ledger cannot be used with the keys that are configured: what it knows of people would not be found.
public enum TokenKeyDisagreement: Sendable, Equatable {
    /// Opt-outs are stored under a key of this id, which is not configured.
    case missing(String)
    /// A key of this id was used before that had another secret.
    case changed(String)
}

/// What a ledger tells of itself.
public struct LedgerStatus: Sendable, Equatable {
    /// A bridge and up to when its opt-outs are recorded.
    public struct Bridge: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Up to when.
        public var at: Date
        /// Whether it has said goodbye, and is not waited for.
        public var hasLeft: Bool

        /// A bridge as the ledger knows it.
        public init(name: String, at: Date, hasLeft: Bool) {
            self.name = name
            self.at = at
            self.hasLeft = hasLeft
        }
    }

    /// Names this ledger, not its place.
    public var id: String
    /// When it was made.
    public var createdAt: Date
    /// When it was restored from a copy, if ever.
    public var restoredAt: Date?
    /// When a pass of removing what is old ended last, if ever.
    public var prunedAt: Date?
    /// The bridges, by their names.
    public var bridges: [Bridge]

    /// A ledger's own account.
    public init(id: String, createdAt: Date, restoredAt: Date?, prunedAt: Date? = nil, bridges: [Bridge]) {
        self.id = id
        self.createdAt = createdAt
        self.restoredAt = restoredAt
        self.prunedAt = prunedAt
        self.bridges = bridges
    }
}

/// What operators do with a ledger.
public protocol LedgerUpkeep: Sendable {
    /// Remembers the keys under which recipients will be stored, and tells what does not agree with what is stored.
    func admit(_ keys: [TokenKeyFingerprint]) async throws -> [TokenKeyDisagreement]
    /// What it tells of itself.
    func status() async throws -> LedgerStatus
    /// Remembers that the ledger was restored from a copy: what was first seen before `now` and is not in it counts as
    /// unknown.
    func noteRestored(now: Date) async throws
    /// Waits no longer for a bridge that vanished; false when there is none of that name.
    func retire(bridge: String) async throws -> Bool
}
