public import Messaging

/// The parameters of a message status callback.
public struct StatusCallback: Sendable, Equatable {
    /// The account that the message was sent from.
    public let accountSID: String
    /// `SM` or `MM` and 32 hexadecimal digits.
    public let messageSID: String
    /// Where the message stands.
    public let status: TwilioStatus
    /// The sender.
    public let from: String?
    /// The recipient. Personal data.
    public let to: String?
    /// The messaging service.
    public let messagingServiceSID: String?
    /// The provider's error; see ``ErrorTable``.
    public let errorCode: Int?
    /// When the carrier was done, `YYMMDDhhmm` without a zone; SMS and MMS only.
    public let rawDeliveryDate: String?
    /// The channel that carried it, such as `whatsapp`; absent for SMS and MMS.
    public let channelPrefix: String?
    /// The sender's installation on the channel.
    public let channelInstallSID: String?
    /// What the channel said of a failure; may quote personal data.
    public let channelStatusMessage: String?
    /// `READ`, on RCS and WhatsApp.
    public let eventType: String?
    /// Parameters without a field above. New ones may come at any time.
    public let further: [String: String]

    /// Reads a callback's form.
    ///
    /// - Throws: ``WebhookProblem`` that names the parameter.
    public init(_ form: FormFields) throws(WebhookProblem) {
        var parameters = CallbackParameters(form)
        accountSID = try parameters.takeAccountSID()
        messageSID = try parameters.takeMessageSID()
        let word = parameters.take("MessageStatus")
        guard let word = word ?? parameters.take("SmsStatus"), (1...32).contains(word.utf8.count) else {
            throw WebhookProblem(field: "MessageStatus", problem: "is missing, empty or longer than 32 bytes")
        }
        status = TwilioStatus(word)
        from = parameters.take("From")
        to = parameters.take("To")
        messagingServiceSID = try parameters.takeSID("MessagingServiceSid", prefix: "MG")
        errorCode = try parameters.takeNumber("ErrorCode", 0...999_999)
        rawDeliveryDate = try parameters.take("RawDlrDoneDate") { $0.utf8.count == 10 && $0.utf8.allSatisfy(isDigit) }
        channelPrefix = parameters.take("ChannelPrefix")
        channelInstallSID = parameters.take("ChannelInstallSid")
        channelStatusMessage = parameters.take("ChannelStatusMessage")
        eventType = parameters.take("EventType")
        parameters.drop("SmsStatus", "SmsSid", "ApiVersion")
        further = parameters.rest
    }

    /// What a callback would have told of a message that the API shows.
    public init(_ resource: MessageResource, accountSID: String) {
        self.accountSID = accountSID
        messageSID = resource.sid
        status = resource.status
        from = resource.from
        to = resource.to
        messagingServiceSID = resource.messagingServiceSID
        errorCode = resource.errorCode
        rawDeliveryDate = nil
        channelPrefix = nil
        channelInstallSID = nil
        channelStatusMessage = nil
        eventType = nil
        further = [:]
    }

    /// How the message travelled, as the recipient's address and the SID tell: the query does not say it.
    public var channel: Channel { Channel(address: to, messageSID: messageSID) }
}

extension Channel {
    /// The channel of an address with a prefix; else MMS or SMS by the SID.
    init(address: String?, messageSID: String) {
        let prefix = address?.utf8.prefix { $0 != UInt8(ascii: ":") }
        let named = prefix.flatMap { Channel(rawValue: String(Substring($0))) }
        if let named, named.addressPrefix != nil, address?.utf8.contains(UInt8(ascii: ":")) == true {
            self = named
        } else {
            self = messageSID.hasPrefix("MM") ? .mms : .sms
        }
    }
}
