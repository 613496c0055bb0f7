/// An entry of the audit log, as it stands in a ledger.
public struct AuditEntry: Sendable, Equatable {
    /// Its place, from 1.
    public var number: Int64
    /// What was done, a JSON object.
    public var record: [UInt8]
    /// The SHA-256 of the entry before and ``record``.
    public var digest: [UInt8]
    /// The key of ``seal``.
    public var keyID: String
    /// A keyed hash of ``digest``.
    public var seal: [UInt8]

    /// An entry.
    public init(number: Int64, record: [UInt8], digest: [UInt8], keyID: String, seal: [UInt8]) {
        self.number = number
        self.record = record
        self.digest = digest
        self.keyID = keyID
        self.seal = seal
    }
}

/// What operators did, in an order that cannot be changed unseen. Never pruned.
public protocol AuditLog: Sendable {
    /// The entry that was added last.
    func lastAuditEntry() async throws -> AuditEntry?
    /// Adds an entry; false when its number is taken.
    func append(_ entry: AuditEntry) async throws -> Bool
    /// Entries behind a number, at most `limit`.
    func auditEntries(after number: Int64, limit: Int) async throws -> [AuditEntry]
}
