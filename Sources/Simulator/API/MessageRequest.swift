import FoundationEssentials
import Messaging
import Twilio

/// The form of a message that somebody wants sent, checked as Twilio checks it.
struct MessageRequest: Sendable, Equatable {
    /// The longest text, in characters as Unicode counts its scalars.
    static let maximumBodyLength = 1600

    var to: String
    /// The number of the form; nil when a messaging service chooses.
    var from: String?
    var serviceSID: String?
    var body: String
    var media: [String]
    /// A text kept at the provider, which the simulator knows by its SID alone.
    var contentSID: String?
    var statusCallback: String?
    var sendAt: Date?

    /// Reads the form.
    ///
    /// - Parameters:
    ///   - senders: The numbers that may send; empty for any valid one.
    ///   - now: What a time of sending is measured against.
    /// - Throws: ``APIError`` with the code that Twilio gives; an empty parameter counts as missing.
    init(_ form: FormFields, senders: Set<String>, now: Date) throws(APIError) {
        let parameters = Parameters(form)
        guard let to = parameters["To"] else {
            throw APIError(21604, "A 'To' phone number is required")
        }
        from = parameters["From"]
        serviceSID = parameters["MessagingServiceSid"]
        guard from != nil || serviceSID != nil else {
            throw APIError(21603, "A 'From' or 'MessagingServiceSid' parameter is required")
        }
        self.to = to
        body = parameters["Body"] ?? ""
        media = parameters.all("MediaUrl")
        contentSID = parameters["ContentSid"]
        statusCallback = parameters["StatusCallback"]
        try Self.checkContent(parameters, body: body, media: media)
        try Self.checkRecipient(to)
        if let serviceSID, !isSID(serviceSID, prefix: "MG") {
            throw APIError(21705, "The Messaging Service SID \(serviceSID) is invalid")
        }
        if let from { try Self.checkSender(from, to: to, senders: senders) }
        if let statusCallback, WebhookURL(statusCallback) == nil {
            throw APIError(21609, "The 'StatusCallback' URL \(statusCallback) is not a valid URL")
        }
        if let seconds = parameters["ValidityPeriod"], !(1...36_000).contains(Int(seconds) ?? 0) {
            throw APIError(21624, "The ValidityPeriod \(seconds) is not 1 to 36000 seconds")
        }
        sendAt = try Self.schedule(parameters, serviceSID: serviceSID, now: now)
    }

    /// The parameters of the form by name.
    struct Parameters {
        private let form: FormFields

        init(_ form: FormFields) { self.form = form }

        /// The first value that is not empty.
        subscript(name: String) -> String? { form.fields.first { $0.name == name && !$0.value.isEmpty }?.value }

        /// Every value that is not empty.
        func all(_ name: String) -> [String] {
            form.fields.filter { $0.name == name && !$0.value.isEmpty }.map(\.value)
        }
    }
}
