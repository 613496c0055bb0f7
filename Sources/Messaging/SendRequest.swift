public import FoundationEssentials

/// What an app asks for: the body of a message on the exchange `send` (contract, section 2).
public struct SendRequest: Sendable, Equatable {
    /// A text of our own, by name, with its variables.
    public struct Template: Sendable, Equatable {
        /// The template's name in the configuration.
        public var name: String
        /// A BCP 47 tag; nil takes the template's default.
        public var locale: String?
        /// What its placeholders become.
        public var variables: [String: String]
    }

    /// A content template kept at the provider.
    public struct Content: Sendable, Equatable {
        /// `HX` and 32 hexadecimal digits.
        public var sid: String
        /// What its placeholders become.
        public var variables: [String: String]
    }

    /// What the app knows of the person.
    public struct Recipient: Sendable, Equatable {
        /// The app's own id of the person, echoed in events; no personal data.
        public var id: String?
        /// An IANA time zone name.
        public var timeZone: String?
        /// A country or a subdivision in ISO 3166, such as `US-FL`.
        public var region: String?
    }

    /// Where it goes.
    public var to: Address
    /// How; by default what the address says, else SMS.
    public var channel: Channel
    /// The text; at most 1600 characters after rendering.
    public var body: String?
    /// A text of our own instead of a body.
    public var template: Template?
    /// A text kept at the provider instead of a body.
    public var content: Content?
    /// Up to 10 URLs that the provider fetches.
    public var media: [String] = []
    /// An alias from the configuration; nil takes the app's default.
    public var account: String?
    /// An alias from the configuration; nil takes the app's default.
    public var sender: String?
    /// What the app knows of the person.
    public var recipient = Recipient()
    /// What the app can show for the person's consent.
    public var consentEvidence: String?
    /// Not before this instant; at most 35 days ahead.
    public var sendAt: Date?
    /// Not after this instant.
    public var expiresAt: Date?
    /// Up to 10 pairs, echoed unchanged in every event of this message; no personal data.
    public var metadata: [String: String] = [:]
    /// Labels for the provider's reports.
    public var tags: [String: String] = [:]
    /// Whether the provider shortens links; needs a messaging service with a link domain.
    public var shortenLinks = false

    /// A text message, as the command line and tests make it; every other field has its default.
    public init(to: Address, channel: Channel? = nil, body: String?) {
        self.to = to
        self.channel = channel ?? to.prefixChannel ?? .sms
        self.body = body
    }
}
