import FoundationEssentials
import Messaging
import Twilio

/// The form that tells the application of a message's new status (Twilio, "Outbound message status in status
/// callbacks").
func statusCallbackFields(_ message: SimulatedMessage, step: CallbackStep, at: Date) -> [FormFields.Field] {
    var fields: [FormFields.Field] = [
        .init("AccountSid", message.accountSID),
        .init("ApiVersion", "2010-04-01"),
        .init("From", message.from),
        .init("MessageSid", message.sid),
        .init("MessageStatus", step.state.rawValue),
        .init("SmsSid", message.sid),
        .init("SmsStatus", step.state.rawValue),
        .init("To", message.to),
    ]
    if let serviceSID = message.serviceSID { fields.append(.init("MessagingServiceSid", serviceSID)) }
    if let errorCode = step.errorCode { fields.append(.init("ErrorCode", String(errorCode))) }
    switch step.state {
    case .delivered, .undelivered: fields.append(.init("RawDlrDoneDate", receiptDate(at)))
    case .read: fields.append(.init("EventType", "READ"))
    default: break
    }
    return fields
}

/// `YYMMDDhhmm`, without a zone.
private func receiptDate(_ instant: Date) -> String {
    String(formatRFC3339(instant).prefix(16).filter(\.isNumber).dropFirst(2))
}
