/// Which of the last calls through an account the provider answered.
struct AnswerHistory: Equatable {
    /// So many calls in a row without an answer, and the provider may be away.
    static let unansweredLimit = 5
    /// So many of the last calls are looked at beside: calls that fail end sooner than others, and then many in a row do
    /// though most are answered.
    static let length = 20
    /// The share of these without an answer from which the provider is away.
    static let awayShare = 0.75

    /// The last call's bit is the lowest; 1 stands for no answer.
    private var bits: UInt32 = 0
    private var count = 0

    mutating func add(isAnswered: Bool) {
        bits = (bits << 1 | (isAnswered ? 0 : 1)) & (1 << Self.length - 1)
        count = min(count + 1, Self.length)
    }

    /// Whether nothing should be tried through the account.
    var meansAway: Bool {
        let last: UInt32 = 1 << Self.unansweredLimit - 1
        return bits & last == last && Double(bits.nonzeroBitCount) >= Self.awayShare * Double(count)
    }
}
