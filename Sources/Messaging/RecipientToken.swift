/// Stands for a recipient where no address may stand: `ph_<key id>_<base32 of a keyed hash>`.
public struct RecipientToken: Hashable, Sendable, CustomStringConvertible {
    /// The token's text.
    public let text: String

    /// A token read from where it was stored, or made by the policy's keys.
    public init(_ text: String) {
        self.text = text
    }

    /// The token's text; it is no personal data without the key.
    public var description: String { text }
}

/// What events say of a recipient.
public struct RecipientReference: Sendable, Equatable {
    /// The keyed pseudonym.
    public var token: RecipientToken
    /// Country code and the last two digits: `+1********10`.
    public var masked: String
    /// ISO 3166-1 alpha-2, where the number tells.
    public var country: String?
    /// The app's own id of the person.
    public var id: String?
    /// Only ever published on `events.clear`.
    public var address: String?

    /// A reference without the clear address.
    public init(
        token: RecipientToken, masked: String, country: String? = nil, id: String? = nil, address: String? = nil
    ) {
        self.token = token
        self.masked = masked
        self.country = country
        self.id = id
        self.address = address
    }
}
