public import Crypto

/// The keys of a journal: the newest encrypts, all of them open.
public struct JournalKeys: Sendable {
    /// A key and the id that stands in clear beside what it encrypted.
    public struct Key: Sendable {
        /// 1 to 8 of a–z and 0–9.
        public let id: String
        /// 256 bits.
        public let secret: SymmetricKey

        /// A key of the journal.
        public init(id: String, secret: SymmetricKey) {
            self.id = id
            self.secret = secret
        }
    }

    /// The newest first.
    let keys: [Key]

    /// The newest key first.
    ///
    /// - Throws: ``JournalError`` with ``JournalError/Code/invalidKeys``.
    public init(_ keys: [Key]) throws(JournalError) {
        let ids = Set(keys.map(\.id))
        guard !keys.isEmpty, ids.count == keys.count, ids.allSatisfy({ isKeyID(Array($0.utf8)) }) else {
            throw JournalError(.invalidKeys)
        }
        self.keys = keys
    }
}

func isKeyID(_ bytes: [UInt8]) -> Bool {
    (1...8).contains(bytes.count)
        && bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
}
