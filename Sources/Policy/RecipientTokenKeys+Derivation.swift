public import Crypto

extension RecipientTokenKeys {
    /// A key for another purpose, made from a key of these.
    public struct DerivedKey: Sendable {
        /// The id of the key that it was made from.
        public let id: String
        /// 256 bits.
        public let secret: SymmetricKey
    }

    /// Keys for another purpose, the newest first: HKDF-SHA256 (RFC 5869), so that what is known of one purpose's keys
    /// says nothing of another's.
    ///
    /// - Parameter purpose: names the purpose, such as `switchboard.bridge-spool.v1`.
    public func keys(for purpose: String) -> [DerivedKey] {
        keys.map { key in
            DerivedKey(
                id: key.id,
                secret: HKDF<SHA256>.deriveKey(
                    inputKeyMaterial: key.secret, info: Array(purpose.utf8), outputByteCount: 32))
        }
    }
}
