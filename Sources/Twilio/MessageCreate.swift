public import FoundationEssentials

/// The parameters of a new message: `POST /2010-04-01/Accounts/{AccountSid}/Messages.json`.
///
/// Only `to` is required by the API's schema; besides, one of `from` and `messagingServiceSID`, and one of `body`,
/// `mediaURLs` and `contentSID` must stand. Nil leaves a parameter out.
public struct MessageCreate: Sendable {
    /// What is kept of a text or an address after sending.
    public enum ContentRetention: String, Sendable {
        case retain, discard
    }

    /// What is kept of the addresses after sending.
    public enum AddressRetention: String, Sendable {
        case retain, obfuscate
    }

    /// Whether the provider's protection against pumping and its compliance checks run.
    public enum RiskCheck: String, Sendable {
        case enable, disable
    }

    /// A kind of traffic.
    public enum TrafficType: String, Sendable {
        case free
    }

    /// How a message is scheduled.
    public enum ScheduleType: String, Sendable {
        case fixed
    }

    /// E.164, or a channel's address such as `whatsapp:+1…`.
    public var to: String
    /// E.164, a short code, an alphanumeric sender or a channel's address; with a messaging service, one of its pool.
    public var from: String?
    /// The sender of an SMS if RCS cannot be used; only with a messaging service that has an RCS sender.
    public var fallbackFrom: String?
    /// `MG` and 32 hexadecimal digits.
    public var messagingServiceSID: String?
    /// At most 1600 characters.
    public var body: String?
    /// Up to 10, fetched by the provider; 5 MB for JPEG, PNG and GIF, 500 KB for other types.
    public var mediaURLs: [String] = []
    /// `HX` and 32 hexadecimal digits.
    public var contentSID: String?
    /// A JSON object of strings, as text; needs `contentSID`.
    public var contentVariables: String?
    /// At most 4000 characters, a host without an underscore; wins over the messaging service's callback.
    public var statusCallback: String?
    /// `AP` and 32 hexadecimal digits; its callback loses against `statusCallback`.
    public var applicationSID: String?
    /// In US dollars; without effect since 2024-06-03.
    public var maxPrice: Double?
    /// Whether the outcome will be reported to the provider as feedback.
    public var provideFeedback: Bool?
    /// Counts the attempts for this message with any provider, from 1.
    public var attempt: Int?
    /// Seconds in the queue, 1 to 36000, after which the message fails with 30036.
    public var validityPeriod: Int?
    /// Sends to what looks like a landline all the same.
    public var forceDelivery: Bool?
    /// What is kept of the text.
    public var contentRetention: ContentRetention?
    /// What is kept of the addresses.
    public var addressRetention: AddressRetention?
    /// Replaces characters by look-alikes of GSM-7.
    public var smartEncoded: Bool?
    /// Such as `geo:lat,long|label`, a location on WhatsApp.
    public var persistentActions: [String] = []
    /// Reserved by the provider.
    public var trafficType: TrafficType?
    /// Needs a messaging service with a link domain.
    public var shortenURLs: Bool?
    /// Needs a messaging service and `sendAt`.
    public var scheduleType: ScheduleType?
    /// 900 seconds to 35 days ahead.
    public var sendAt: Date?
    /// One MMS even without media.
    public var sendAsMMS: Bool?
    /// By default the checks run.
    public var riskCheck: RiskCheck?
    /// Parameters without a field above, such as `Tags` or `MessageIntent`, so that a new one needs no new version.
    public var further: [FormFields.Field] = []

    /// A message with nothing but its address.
    public init(to: String) {
        self.to = to
    }
}
