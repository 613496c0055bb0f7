/// How a message reaches a person.
public enum Channel: String, Sendable, CaseIterable, Codable {
    case sms, mms, whatsapp, rcs, messenger, voice, verify

    /// The prefix of this channel's addresses in a request, without the colon; nil where an address is a bare number.
    public var addressPrefix: String? {
        switch self {
        case .whatsapp, .rcs, .messenger: rawValue
        case .sms, .mms, .voice, .verify: nil
        }
    }

    /// Whether this version can send on the channel; a request for another one is refused.
    public var isHonoured: Bool {
        switch self {
        case .sms, .mms, .whatsapp, .rcs, .messenger: true
        case .voice, .verify: false
        }
    }
}
