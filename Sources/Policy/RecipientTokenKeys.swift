import Crypto
import FoundationEssentials
public import Messaging

/// The keys under which recipients are known where no address may stand.
///
/// A token is `ph_<key id>_<base32 of the first 16 bytes of HMAC-SHA256(key, "switchboard.recipient.v1" 0x00 number)>`. A
/// plain hash would be worthless, since all numbers of a country can be tried within minutes.
public struct RecipientTokenKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    struct Key: Sendable {
        let id: String
        let secret: SymmetricKey
        /// The keyed states after a domain's label, so that a hash costs only what differs.
        let recipients: HMAC<SHA256>
        let contents: HMAC<SHA256>

        init(id: String, secret: SymmetricKey) {
            self.id = id
            self.secret = secret
            recipients = Self.state(secret, "switchboard.recipient.v1\u{0}")
            contents = Self.state(secret, "switchboard.content.v1\u{0}")
        }

        private static func state(_ secret: SymmetricKey, _ label: String) -> HMAC<SHA256> {
            var state = HMAC<SHA256>(key: secret)
            state.update(data: Array(label.utf8))
            return state
        }
    }

    let keys: [Key]

    /// Reads the setting `SWITCHBOARD_TOKEN_KEYS`: `k2:<base64 of 32 bytes>,k1:…`, the newest first.
    ///
    /// - Throws: ``TokenKeyProblem``, which holds nothing of a secret.
    public init(_ text: String) throws(TokenKeyProblem) {
        keys = try Self.read(text)
    }

    /// One fresh key, `k1`, as development uses it.
    public static func random() -> RecipientTokenKeys {
        RecipientTokenKeys(keys: [Key(id: "k1", secret: SymmetricKey(size: .bits256))])
    }

    init(keys: [Key]) {
        self.keys = keys
    }

    /// The ids of the keys, the newest first.
    public var keyIDs: [String] { keys.map(\.id) }

    /// Tells each key from another one of the same id.
    public var fingerprints: [TokenKeyFingerprint] {
        keys.map { key in
            let code = HMAC<SHA256>.authenticationCode(
                for: Array("switchboard.fingerprint.v1".utf8), using: key.secret)
            return TokenKeyFingerprint(id: key.id, fingerprint: Array(code.prefix(8)))
        }
    }

    /// The setting that gives these keys again: a secret, to be kept where only the user may read it.
    public var setting: String {
        keys.map { key in "\(key.id):\(key.secret.withUnsafeBytes { Data($0).base64EncodedString() })" }
            .joined(separator: ",")
    }

    /// The recipient under every key, the newest first: look up under all, write under the first.
    ///
    /// Keyed on the number without the channel's prefix and in one spelling, so that SMS and WhatsApp share a recipient. A
    /// Messenger id keeps its prefix, or it could pass for a number.
    public func tokens(for address: Address) -> [RecipientToken] {
        let subject = Self.subject(of: address)
        let tokens = keys.map { Self.token(subject, under: $0) }
        // What was stored before a number had one spelling.
        guard address.prefixChannel != .messenger, let other = otherSpelling(subscriberNumber(address.number)) else {
            return tokens
        }
        return tokens + keys.map { Self.token(Array(other.utf8), under: $0) }
    }

    /// The recipient under the newest key, as events name it, without the clear address.
    ///
    /// - Parameters:
    ///   - tokens: what ``tokens(for:)`` gave for the address, where that is known already.
    ///   - id: the app's own id of the person.
    public func reference(
        for address: Address, known tokens: [RecipientToken] = [], id: String? = nil
    ) -> RecipientReference {
        RecipientReference(
            token: tokens.first ?? Self.token(Self.subject(of: address), under: keys[0]),
            masked: maskedAddress(address), country: country(of: address), id: id)
    }

    private static func subject(of address: Address) -> [UInt8] {
        Array((address.prefixChannel == .messenger ? address.text : subscriberNumber(address.number)).utf8)
    }

    private static func token(_ subject: [UInt8], under key: Key) -> RecipientToken {
        var state = key.recipients
        state.update(data: subject)
        return RecipientToken("ph_\(key.id)_\(base32(state.finalize().prefix(16)))")
    }

    /// The ids of the keys; never a secret.
    public var description: String { "token keys \(keyIDs.joined(separator: " "))" }
    /// The ids of the keys; never a secret.
    public var debugDescription: String { description }
    /// Shows the ids alone, to `dump` too.
    public var customMirror: Mirror { Mirror(self, children: ["keyIDs": keyIDs]) }
}

extension RecipientToken {
    /// The id of the key that made the token; nil for a text that is no token.
    public var keyID: String? {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "ph" ? String(parts[1]) : nil
    }
}
