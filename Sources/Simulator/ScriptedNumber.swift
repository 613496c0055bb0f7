/// A fictitious recipient to whom always the same happens.
struct ScriptedNumber: Sendable {
    let number: String
    let outcome: Outcome
    /// For people, on the page.
    let summary: String

    /// The block +15005550100 to +15005550199; those that are not named here are delivered like any other number.
    static let all: [ScriptedNumber] = [
        ScriptedNumber("+15005550100", .delivered, "sent, delivered"),
        ScriptedNumber("+15005550101", .rateLimitedOnce, "429 with Retry-After: 1, then taken"),
        ScriptedNumber("+15005550102", .rateLimited, "429 always"),
        ScriptedNumber("+15005550103", .undeliveredUnreachable, "undelivered, 30003: the phone is off"),
        ScriptedNumber("+15005550105", .undeliveredUnknown, "undelivered, 30005: no such number"),
        ScriptedNumber("+15005550106", .undeliveredLandline, "undelivered, 30006: a landline"),
        ScriptedNumber("+15005550107", .undeliveredFiltered, "undelivered, 30007: filtered as spam"),
        ScriptedNumber("+15005550108", .failedUnknown, "failed, 30008: the carrier does not say why"),
        ScriptedNumber("+15005550110", .optedOut, "refused, 21610: opted out"),
        ScriptedNumber("+15005550111", .invalidNumber, "refused, 21211: invalid number"),
        ScriptedNumber("+15005550120", .errorNotTaken, "500, and the message is not taken"),
        ScriptedNumber("+15005550121", .errorTaken, "500, but the message is taken"),
        ScriptedNumber("+15005550122", .noAnswerTaken, "no answer ever, but the message is taken"),
        ScriptedNumber("+15005550123", .noAnswerNotTaken, "no answer ever, and the message is not taken"),
        ScriptedNumber("+15005550124", .resetTaken, "connection reset after reading, but the message is taken"),
        ScriptedNumber("+15005550125", .resetNotTaken, "connection reset after reading, and the message is not taken"),
        ScriptedNumber("+15005550126", .slowAnswer, "the API takes 5 s to answer"),
        ScriptedNumber("+15005550130", .callbackBeforeAnswer, "the first callback comes before the API's answer"),
        ScriptedNumber("+15005550131", .callbacksOutOfOrder, "delivered is reported before sent"),
        ScriptedNumber("+15005550132", .callbacksTwice, "every callback comes twice"),
        ScriptedNumber("+15005550133", .noCallbacks, "delivered, but no callback ever comes"),
        ScriptedNumber("+15005550134", .read, "sent, delivered, read"),
    ]

    private static let outcomes = Dictionary(
        all.map { ($0.number, $0.outcome) }, uniquingKeysWith: { first, _ in first })

    private init(_ number: String, _ outcome: Outcome, _ summary: String) {
        self.number = number
        self.outcome = outcome
        self.summary = summary
    }

    /// What happens to messages to the number.
    static func outcome(of number: String) -> Outcome { outcomes[number] ?? .delivered }
}
