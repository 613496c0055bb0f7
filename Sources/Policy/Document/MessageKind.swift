/// What a message is for, as laws tell messages apart.
public enum MessageKind: String, Sendable, CaseIterable {
    /// A code that a person asked for at that moment.
    case oneTimeCode = "one-time-code"
    /// About something that the person bought, booked or did.
    case transactional
    /// News that the person asked for and that sells nothing.
    case informational
    /// Anything that sells.
    case promotional
    /// An answer to what the person wrote.
    case reply
}

/// A set of kinds. The bits are stored with what is counted, so they stay as they are.
struct MessageKinds: OptionSet, Sendable {
    let rawValue: UInt8

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(_ kind: MessageKind) {
        switch kind {
        case .oneTimeCode: rawValue = 1
        case .transactional: rawValue = 2
        case .informational: rawValue = 4
        case .promotional: rawValue = 8
        case .reply: rawValue = 16
        }
    }

    static let promotional = MessageKinds(.promotional)

    func contains(_ kind: MessageKind) -> Bool { contains(MessageKinds(kind)) }
}
