/// What is looked for in a text; the names stand in decision records.
enum Detector: String, Sendable, CaseIterable {
    /// The number of a payment card.
    case pan
    /// A social security number of the United States.
    case ssn
    case iban
    case email
    case phone
    /// A one-time code.
    case otp
    /// Tokens, keys, passwords and user information within links.
    case urlSecret = "url-secret"

    /// What stands for it where it is masked. One style in all places: two masks of one number together tell more than
    /// either.
    var placeholder: StaticString {
        switch self {
        case .pan, .ssn, .iban, .phone: "<number>"
        case .email: "<email>"
        case .otp: "<code>"
        case .urlSecret: "<secret>"
        }
    }

    /// What people call it.
    var noun: String {
        switch self {
        case .pan: "a payment card number"
        case .ssn: "a social security number"
        case .iban: "a bank account number (IBAN)"
        case .email: "an e-mail address"
        case .phone: "a phone number"
        case .otp: "a one-time code"
        case .urlSecret: "a secret in a link"
        }
    }

    /// The rule behind blocking it.
    var reference: String? { self == .pan ? "PCI DSS 4.0.1, requirement 4.2.2" : nil }
}

/// Something that was found in a text.
struct Finding: Equatable, Sendable {
    /// What it is: a detector, or a pattern of the policy file by index.
    enum Kind: Hashable, Sendable {
        case detector(Detector)
        case pattern(Int)
    }

    let kind: Kind
    /// Unicode scalars of the text.
    let range: Range<Int>
    /// Whether it is sure enough to stop a message. Every tenth number passes a card's check digit.
    var isCertain = true
}
