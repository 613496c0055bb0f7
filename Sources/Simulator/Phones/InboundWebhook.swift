import Policy
import Twilio

/// The form that tells the application of a person's message (Twilio, "Messaging webhook request"). The places that
/// Twilio derives from numbers are empty, but for the country of North American ones.
func inboundFields(_ message: SimulatedMessage) -> [FormFields.Field] {
    var fields: [FormFields.Field] = [
        .init("AccountSid", message.accountSID),
        .init("ApiVersion", "2010-04-01"),
        .init("Body", message.body),
        .init("From", message.from),
        .init("FromCity", ""),
        .init("FromCountry", country(message.from)),
        .init("FromState", ""),
        .init("FromZip", ""),
        .init("MessageSid", message.sid),
        .init("NumMedia", "0"),
        .init("NumSegments", String(SegmentCount(message.body).segments)),
        .init("SmsMessageSid", message.sid),
        .init("SmsSid", message.sid),
        .init("SmsStatus", "received"),
        .init("To", message.to),
        .init("ToCity", ""),
        .init("ToCountry", country(message.to)),
        .init("ToState", ""),
        .init("ToZip", ""),
    ]
    if let serviceSID = message.serviceSID { fields.append(.init("MessagingServiceSid", serviceSID)) }
    return fields
}

private func country(_ number: String) -> String { number.hasPrefix("+1") ? "US" : "" }
