/// What the detectors propose, each for itself. Where two overlap, the rank of the kind decides, then the earlier
/// beginning, then the greater length: never the order in which the detectors ran.
struct Candidates {
    /// A range of bytes of the prepared text.
    struct Span {
        let range: Range<Int>
        let isCertain: Bool

        init(_ range: Range<Int>, isCertain: Bool = true) {
            self.range = range
            self.isCertain = isCertain
        }
    }

    /// The kinds of spans, what wins first.
    enum Rank: Int, CaseIterable {
        case linkSecret, email, iban, validPhone, issuedCard, otherCard, socialSecurity, nationalPhone, possiblePhone
        case code, bareSocialSecurity, announcedPhone

        var detector: Detector {
            switch self {
            case .linkSecret: .urlSecret
            case .email: .email
            case .iban: .iban
            case .validPhone, .nationalPhone, .possiblePhone, .announcedPhone: .phone
            case .issuedCard, .otherCard: .pan
            case .socialSecurity, .bareSocialSecurity: .ssn
            case .code: .otp
            }
        }
    }

    // Fields for what one detector tells apart, since it fills both at once.
    var validPhones: [Span] = []
    var possiblePhones: [Span] = []
    var issuedCards: [Span] = []
    var otherCards: [Span] = []
    private var links: [Span] = []
    private var emails: [Span] = []
    private var accounts: [Span] = []
    private var socialSecurity: [Span] = []
    private var nationalPhones: [Span] = []
    private var codes: [Span] = []
    private var bareSocialSecurity: [Span] = []
    private var announcedPhones: [Span] = []

    subscript(rank: Rank) -> [Span] {
        get { self[keyPath: Self.field(rank)] }
        set { self[keyPath: Self.field(rank)] = newValue }
        _modify { yield &self[keyPath: Self.field(rank)] }
    }

    private static func field(_ rank: Rank) -> WritableKeyPath<Candidates, [Span]> {
        switch rank {
        case .linkSecret: \.links
        case .email: \.emails
        case .iban: \.accounts
        case .validPhone: \.validPhones
        case .issuedCard: \.issuedCards
        case .otherCard: \.otherCards
        case .socialSecurity: \.socialSecurity
        case .nationalPhone: \.nationalPhones
        case .possiblePhone: \.possiblePhones
        case .code: \.codes
        case .bareSocialSecurity: \.bareSocialSecurity
        case .announcedPhone: \.announcedPhones
        }
    }
}

/// The parts of a text that are taken.
struct Claims {
    /// For each byte; empty while nothing is claimed.
    private var taken: [Bool] = []
    private let count: Int

    init(count: Int) {
        self.count = count
    }

    func overlaps(_ range: Range<Int>) -> Bool { !taken.isEmpty && taken[range].contains(true) }

    /// Takes a range that is wholly free; false where it is not.
    mutating func take(_ range: Range<Int>) -> Bool {
        if taken.isEmpty { taken = [Bool](repeating: false, count: count) }
        guard !taken[range].contains(true) else { return false }
        for index in range { taken[index] = true }
        return true
    }
}
