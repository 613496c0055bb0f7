import Crypto
public import Messaging

/// How entries of the audit log hold on to each other.
///
/// The digest of an entry is the SHA-256 of the digest before it, its number (64 bits, big-endian) and its record; before
/// the first stands the digest of the ledger's id, so that no entry fits another ledger. Whoever can write to the ledger
/// could make a whole new chain: the seal, HMAC-SHA256 of the digest under a key made from the token keys, is what they
/// lack. Entries that were cut off at the end are missed by whoever noted a later digest.
public struct AuditChain: Sendable {
    /// What is wrong with an entry.
    public enum Problem: Error, Equatable, Sendable {
        /// Entries between the one before and this one are missing.
        case missing(first: Int64, last: Int64)
        /// This entry, or one before it, is not what was written.
        case changed
        /// The seal is not that of the key it names.
        case forged(keyID: String)
    }

    private let ledgerID: String
    private let keys: [RecipientTokenKeys.DerivedKey]

    /// - Parameter ledgerID: names the ledger (``LedgerStatus/id``).
    public init(ledgerID: String, keys: RecipientTokenKeys) {
        self.ledgerID = ledgerID
        self.keys = keys.keys(for: "switchboard.audit.v1")
    }

    /// The entry that follows `last`; nil where no number is left.
    public func entry(_ record: [UInt8], after last: AuditEntry?) -> AuditEntry? {
        let (number, isBeyond) = (last?.number ?? 0).addingReportingOverflow(1)
        guard !isBeyond else { return nil }
        let digest = digest(record, number, after: last?.digest ?? beginning)
        let key = keys[0]
        return AuditEntry(
            number: number, record: record, digest: digest, keyID: key.id,
            seal: Array(HMAC<SHA256>.authenticationCode(for: digest, using: key.secret)))
    }

    /// Checks that `entry` follows `last`.
    ///
    /// - Returns: whether its seal was checked, too: a key that is not configured any more cannot.
    public func check(_ entry: AuditEntry, after last: AuditEntry?) throws(Problem) -> Bool {
        let (expected, isBeyond) = (last?.number ?? 0).addingReportingOverflow(1)
        guard !isBeyond else { throw .changed }
        guard entry.number <= expected else { throw .missing(first: expected, last: entry.number - 1) }
        guard entry.number == expected,
            entry.digest == digest(entry.record, entry.number, after: last?.digest ?? beginning)
        else { throw .changed }
        guard let key = keys.first(where: { $0.id == entry.keyID }) else { return false }
        guard HMAC<SHA256>.isValidAuthenticationCode(entry.seal, authenticating: entry.digest, using: key.secret)
        else { throw .forged(keyID: entry.keyID) }
        return true
    }

    /// The SHA-256 of a file that an entry is about, in hexadecimal.
    public static func digest(of file: [UInt8]) -> String { hexadecimal(Array(SHA256.hash(data: file))) }

    private var beginning: [UInt8] { Array(SHA256.hash(data: Array("switchboard.audit.v1 \(ledgerID)".utf8))) }

    private func digest(_ record: [UInt8], _ number: Int64, after digest: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: digest)
        withUnsafeBytes(of: number.bigEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: record)
        return Array(hash.finalize())
    }
}
