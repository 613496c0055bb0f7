public import Messaging

/// The parameters of a message from a person.
public struct InboundMessage: Sendable, Equatable {
    /// One attachment.
    public struct Media: Sendable, Equatable {
        /// Where the provider keeps it; may ask for the account's credentials.
        public let url: String
        /// Its MIME type.
        public let contentType: String?
    }

    /// A standard reply to an opt-out keyword that the provider has already given (Advanced Opt-Out only).
    public enum OptOutType: String, Sendable, CaseIterable {
        case stop = "STOP"
        case start = "START"
        case help = "HELP"
    }

    /// The most attachments that are read, whatever the number that the provider names.
    public static let maximumMediaCount = 10

    /// The account that was written to.
    public let accountSID: String
    /// `SM` or `MM` and 32 hexadecimal digits.
    public let messageSID: String
    /// The person. Personal data.
    public let from: String
    /// The number or channel address that was written to.
    public let to: String
    /// The text; empty where there is none. Personal data.
    public let body: String
    /// The messaging service that the number belongs to.
    public let messagingServiceSID: String?
    /// The attachments, as far as they are known.
    public let media: [Media]
    /// How many there are.
    public let mediaCount: Int
    /// How many segments the text took.
    public let segmentCount: Int?
    /// Set when the provider has already replied to a keyword: then nobody else must.
    public let optOutType: OptOutType?
    /// The person's name on the channel. Personal data.
    public let profileName: String?
    /// The person's id on WhatsApp. Personal data.
    public let whatsAppID: String?
    /// The text of a button that was pressed.
    public let buttonText: String?
    /// What the button stands for.
    public let buttonPayload: String?
    /// The message that the person replied to; only for 7 days.
    public let originalRepliedMessageSID: String?
    /// Where the number was registered, ISO 3166-1 alpha-2.
    public let fromCountry: String?
    /// Parameters without a field above: places, referrals, and any new ones.
    public let further: [String: String]

    /// Reads a webhook's form.
    ///
    /// - Throws: ``WebhookProblem`` that names the parameter.
    public init(_ form: FormFields) throws(WebhookProblem) {
        var parameters = CallbackParameters(form)
        accountSID = try parameters.takeAccountSID()
        messageSID = try parameters.takeMessageSID()
        guard let from = parameters.take("From") else { throw WebhookProblem(field: "From", problem: "is missing") }
        guard let to = parameters.take("To") else { throw WebhookProblem(field: "To", problem: "is missing") }
        self.from = from
        self.to = to
        body = parameters.take("Body") ?? ""
        messagingServiceSID = try parameters.takeSID("MessagingServiceSid", prefix: "MG")
        media = try Self.media(&parameters)
        mediaCount = media.count
        segmentCount = try parameters.takeNumber("NumSegments", 0...1000)
        // A word that is not known must not cost a person's message.
        optOutType = parameters.take("OptOutType").flatMap { OptOutType(rawValue: $0.uppercased()) }
        profileName = parameters.take("ProfileName")
        whatsAppID = parameters.take("WaId")
        buttonText = parameters.take("ButtonText")
        buttonPayload = parameters.take("ButtonPayload")
        originalRepliedMessageSID = parameters.take("OriginalRepliedMessageSid")
        fromCountry = parameters.take("FromCountry")
        parameters.drop("SmsSid", "SmsMessageSid", "SmsStatus", "MessageStatus", "ApiVersion")
        further = parameters.rest
    }

    /// What a webhook would have told of a message that the API shows; nil for one without sender or recipient.
    ///
    /// The API does not say what the provider replied, nor where the attachments are: there are as many as ``mediaCount``
    /// says, and ``media`` is empty.
    public init?(_ resource: MessageResource, accountSID: String) {
        guard let from = resource.from, let to = resource.to, !from.isEmpty, !to.isEmpty else { return nil }
        self.accountSID = accountSID
        messageSID = resource.sid
        self.from = from
        self.to = to
        body = resource.body ?? ""
        messagingServiceSID = resource.messagingServiceSID
        media = []
        mediaCount = resource.mediaCount ?? 0
        segmentCount = resource.segmentCount
        optOutType = nil
        profileName = nil
        whatsAppID = nil
        buttonText = nil
        buttonPayload = nil
        originalRepliedMessageSID = nil
        fromCountry = nil
        further = [:]
    }

    /// How the message travelled.
    public var channel: Channel { Channel(address: from, messageSID: messageSID) }

    private static func media(_ parameters: inout CallbackParameters) throws(WebhookProblem) -> [Media] {
        let count = try parameters.takeNumber("NumMedia", 0...1000) ?? 0
        var media: [Media] = []
        for index in 0..<min(count, maximumMediaCount) {
            let type = parameters.take("MediaContentType\(index)")
            guard let url = parameters.take("MediaUrl\(index)") else {
                throw WebhookProblem(field: "MediaUrl\(index)", problem: "is missing, though NumMedia is \(count)")
            }
            media.append(Media(url: url, contentType: type))
        }
        return media
    }
}
