/// The numbers that Twilio keeps for tests: sending to or from them always ends alike (Twilio, "Test credentials").
///
/// Unlike Twilio with test credentials, the simulator reports what becomes of the others, and lets them come from any
/// number.
enum MagicNumbers {
    /// What sending to a number is answered; nil when nothing is special about it.
    static func error(to number: String) -> APIError? {
        switch number {
        case "+15005550001": .invalidRecipient(number)
        case "+15005550002":
            APIError(21612, "The message cannot be sent with the current combination of 'To' and 'From' parameters")
        case "+15005550003":
            APIError(
                21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number")
        case "+15005550004": .optedOut(number)
        case "+15005550009": APIError(21614, "'To' number \(number) is not a valid mobile number")
        default: nil
        }
    }

    /// What sending from a number is answered; nil when nothing is special about it.
    static func error(from number: String) -> APIError? {
        switch number {
        case "+15005550001": APIError(21212, "The 'From' number \(number) is not a valid phone number or short code")
        case "+15005550007": .unusableSender(number)
        case "+15005550008": .queueFull(number)
        default: nil
        }
    }

    /// The sender that Twilio accepts with test credentials.
    static let sender = "+15005550006"
}

extension APIError {
    static func unusableSender(_ from: String) -> APIError {
        APIError(
            21606,
            "The 'From' phone number \(from) provided is not a valid message-capable phone number of this account"
        )
    }
}
