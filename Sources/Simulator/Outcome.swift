/// What becomes of a message: how the API answers, and what the callbacks report. Chosen by the recipient's number
/// (``ScriptedNumber``) or by `POST /simulator/outcomes`, where it goes by its raw value.
enum Outcome: String, Sendable, CaseIterable {
    case delivered
    case read
    case undeliveredUnreachable = "undelivered-30003"
    case undeliveredUnknown = "undelivered-30005"
    case undeliveredLandline = "undelivered-30006"
    case undeliveredFiltered = "undelivered-30007"
    case failedUnknown = "failed-30008"
    case optedOut = "opted-out"
    case invalidNumber = "invalid-number"
    case rateLimitedOnce = "rate-limited-once"
    case rateLimited = "rate-limited"
    case errorNotTaken = "error-not-taken"
    case errorTaken = "error-taken"
    case noAnswerNotTaken = "no-answer-not-taken"
    case noAnswerTaken = "no-answer-taken"
    case resetNotTaken = "reset-not-taken"
    case resetTaken = "reset-taken"
    case slowAnswer = "slow-answer"
    case callbackBeforeAnswer = "callback-before-answer"
    case callbacksOutOfOrder = "callbacks-out-of-order"
    case callbacksTwice = "callbacks-twice"
    case noCallbacks = "no-callbacks"

    /// How the API answers a message that is otherwise in order.
    enum Answer: Equatable {
        /// 201 at once.
        case created
        /// 201 after some seconds.
        case createdLate(Duration)
        /// 201, but only when the first callback has been answered.
        case createdAfterCallback
        /// 400 with this code.
        case refused(Int)
        /// 429 the first time, 201 the second.
        case rateLimitedOnce
        /// 429.
        case rateLimited
        /// 500.
        case serverError
        /// Nothing, until the caller gives up.
        case silence
        /// Nothing: the connection is reset once the request was read.
        case reset
    }

    /// How the API answers.
    var answer: Answer {
        switch self {
        case .optedOut: .refused(21610)
        case .invalidNumber: .refused(21211)
        case .rateLimitedOnce: .rateLimitedOnce
        case .rateLimited: .rateLimited
        case .errorNotTaken, .errorTaken: .serverError
        case .noAnswerNotTaken, .noAnswerTaken: .silence
        case .resetNotTaken, .resetTaken: .reset
        case .slowAnswer: .createdLate(.seconds(5))
        case .callbackBeforeAnswer: .createdAfterCallback
        case .delivered, .read, .undeliveredUnreachable, .undeliveredUnknown, .undeliveredLandline,
            .undeliveredFiltered, .failedUnknown, .callbacksOutOfOrder, .callbacksTwice, .noCallbacks:
            .created
        }
    }

    /// Whether the message is on its way once the API has answered, or has failed to.
    var isTaken: Bool {
        switch self {
        case .optedOut, .invalidNumber, .rateLimited, .errorNotTaken, .noAnswerNotTaken, .resetNotTaken: false
        default: true
        }
    }
}
