/// What happens to messages, by the recipient's number: what was programmed, else what the number always does.
struct OutcomeBook: Sendable {
    /// The most numbers that can be programmed, and the most messages that can be halfway through ``rateLimitedOnce``.
    static let limit = 10_000

    /// What was programmed.
    private(set) var programmed: [String: Outcome] = [:]
    /// Messages that were answered 429 once, by recipient and text.
    private var refusedOnce: Set<[String]> = []

    /// Programs a number; false when too many are programmed already.
    mutating func program(_ outcome: Outcome, for number: String) -> Bool {
        guard programmed[number] != nil || programmed.count < Self.limit else { return false }
        programmed[number] = outcome
        return true
    }

    /// What happens to messages to an address, with or without a channel's prefix.
    func outcome(for address: String) -> Outcome {
        if let outcome = programmed[address] { return outcome }
        let number = address.split(separator: ":", maxSplits: 1).last.map(String.init) ?? address
        return programmed[number] ?? ScriptedNumber.outcome(of: number)
    }

    /// Whether this is the first time that the message is offered, of the two that it takes.
    mutating func isFirstOffer(_ request: MessageRequest) -> Bool {
        let key = [request.to, request.body]
        if refusedOnce.remove(key) != nil { return false }
        if refusedOnce.count >= Self.limit { refusedOnce.removeAll() }
        refusedOnce.insert(key)
        return true
    }

    /// Forgets what was programmed.
    mutating func removeAll() { self = OutcomeBook() }
}
