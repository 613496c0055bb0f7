/// What the detectors propose, each for itself. Where two overlap, the rank of the kind decides, then the earlier
/// beginning, then the greater length: never the order in which the detectors ran.
struct Candidates {
    /// The kinds of proposals, what wins first. Those of one rank come from one detector, in the order of the text.
    enum Rank: UInt8 {
        case linkSecret, email, iban, validPhone, issuedCard, otherCard, socialSecurity, nationalPhone, possiblePhone
        case code, bareSocialSecurity, announcedPhone

        static let last = Rank.announcedPhone.rawValue

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

    /// A range of bytes of the prepared text.
    struct Span {
        let rank: Rank
        let range: Range<Int>
        let isCertain: Bool
    }

    private(set) var spans: [Span] = []

    mutating func add(_ rank: Rank, _ range: Range<Int>, isCertain: Bool = true) {
        spans.append(Span(rank: rank, range: range, isCertain: isCertain))
    }

    /// Those that hold, beside what was claimed before.
    func take(_ claims: inout Claims) -> [Span] {
        if spans.count < 2 { return spans.filter { claims.take($0.range) } }
        var taken: [Span] = []
        for rank in 0...Rank.last {
            for span in spans where span.rank.rawValue == rank && claims.take(span.range) { taken.append(span) }
        }
        return taken
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
