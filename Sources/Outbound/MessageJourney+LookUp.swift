import AMQP
import FoundationEssentials
import Messaging
import Observability
import Topics

/// What is done about a call of which nobody knows what came.
extension MessageJourney {
    /// What the provider's list says of an unknown attempt.
    private enum Finding {
        case taken(Acceptance)
        case absent
        /// One that another attempt may yet account for; for so many seconds.
        case young(Double)
        /// It could not tell.
        case open(String)
    }

    /// Finds out what came of an attempt whose outcome is unknown, and deals with it; true when the provider certainly did
    /// not take the message, and it may be judged and called again.
    ///
    /// A callback that carries our id mostly settles it within the grace. After that the provider's list is asked: one
    /// message that nobody else's attempt accounts for is ours; none, twice and two minutes apart, means that it was not
    /// taken. What the list cannot tell is never called again.
    func mayCallAgain(
        _ message: PreparedMessage, attempt: Int, since: Date, _ claimed: ClaimedMessage
    ) async throws -> Bool {
        let now = clock.now()
        // By a clock that is ahead of this one the grace might never end; the list may be asked at any time.
        let age = since > now ? configuration.inDoubtGrace : now.timeIntervalSince(since)
        guard age >= configuration.inDoubtGrace else {
            try await waitForCallback(
                message, attempt: attempt, since: since, seconds: configuration.inDoubtGrace - age)
            return false
        }
        if let reason = cannotLookUp(message) {
            try await waitForOutcome(
                message, attempt: attempt, why: "the outcome stayed unknown: \(reason)",
                isOver: message.route.isRedactedAtProvider
                    ? age >= configuration.lookUpLimit : isTooOld(message.question, at: clock.now()))
            return false
        }
        switch try await find(message, attempt: attempt, since: since, claimed) {
        case .taken(let acceptance):
            try await settleFound(message, attempt: attempt, acceptance, claimed)
            return false
        case .absent where !WaitReason.wasAbsent(message.received.envelope.progress?.reason, attempt: attempt):
            try await wait(message, reason: WaitReason.absent(attempt: attempt), seconds: Self.secondsBetweenListings)
            return false
        case .absent:
            if message.messageClass == .transactional, configuration.resendsWhatIsAbsent { return true }
            try await giveUpUnknown(message, attempt: attempt, why: "the provider did not take the call's message")
            return false
        case .young(let seconds) where age < configuration.lookUpLimit:
            try await wait(message, reason: WaitReason.inDoubt, seconds: max(seconds, 5))
            return false
        case .young:
            try await waitForOutcome(
                message, attempt: attempt,
                why: "the outcome stayed unknown: the list always had a message too young to tell",
                isOver: true)
            return false
        case .open(let reason):
            try await waitForOutcome(
                message, attempt: attempt, why: "the outcome stayed unknown: \(reason)",
                isOver: age >= configuration.lookUpLimit)
            return false
        }
    }

    /// Why the provider's list is not asked; nil when it is.
    private func cannotLookUp(_ message: PreparedMessage) -> String? {
        // The text that the list shows is not the one that was sent.
        if message.route.isRedactedAtProvider { return "only a callback can tell of a purpose that is redacted" }
        // An outage proves nothing: the list may tell when it is over.
        return circuits.isOpen(message.route.account.alias) ? "the account is paused" : nil
    }

    private func waitForOutcome(
        _ message: PreparedMessage, attempt: Int, why: String, isOver: Bool
    ) async throws {
        guard isOver else {
            return try await wait(message, reason: WaitReason.inDoubt, seconds: Self.secondsBetweenListings)
        }
        try await giveUpUnknown(message, attempt: attempt, why: why)
    }

    /// The list lags behind what was taken: to be absent counts only when it was absent before, this long ago.
    private static let secondsBetweenListings = 120.0

    /// How far back a message is looked for, in seconds, of which the ledger does not know when it was first seen: as long
    /// as its id is remembered.
    private static let longestMemory = 40 * 86_400.0

    /// How far the clocks of two workers may be apart, in seconds, or one may be set: who claimed a message may have been
    /// ahead of who looks for it.
    private static let clockTolerance = 3600.0

    /// Before any attempt of the message. When its outcome became unknown tells nothing: after an outage that is hours
    /// after the call.
    private func earliestCall(_ message: PreparedMessage, since: Date, _ claimed: ClaimedMessage) -> Date {
        let now = clock.now()
        // One that was unknown from the first had been seen by a ledger that is lost; one that is yet to be seen, by a clock
        // that tells nothing.
        guard since > claimed.firstSeenAt, claimed.firstSeenAt <= now else {
            return min(since, now).addingTimeInterval(-Self.longestMemory)
        }
        let firstSeen = min(claimed.firstSeenAt, message.received.envelope.progress?.firstAt ?? claimed.firstSeenAt)
        return firstSeen.addingTimeInterval(-configuration.attemptLifetime - Self.clockTolerance)
    }

    private func find(
        _ message: PreparedMessage, attempt: Int, since: Date, _ claimed: ClaimedMessage
    ) async throws -> Finding {
        let doubt = try await ledger.doubt(about: message.key, recipient: message.recipient)
        // The list is asked for what comes from today's sender.
        guard doubt.program == nil || doubt.program == message.program else {
            return .open("the sender has been changed since the call")
        }
        let earliest = earliestCall(message, since: since, claimed)
        switch await message.route.account.carrier.lookUp(message.outbound(attempt: attempt), since: earliest) {
        case .unavailable(let reason): return .open(reason)
        case .listed(let messages):
            let known = try await ledger.known(sids: messages.map(\.acceptance.sid))
            let candidates = messages.filter { !known.contains($0.acceptance.sid) }
            guard let only = candidates.first else { return .absent }
            guard candidates.count == 1 else { return .open("\(candidates.count) messages of the list may be it") }
            guard only.hasSameText else { return .open("a message of the list has another text") }
            guard !doubt.hasRival else { return .open("another message to the same person is in doubt, too") }
            // Whose answer is on its way is not known yet.
            let left = candidateAge - clock.now().timeIntervalSince(only.takenAt)
            guard left <= 0 else { return .young(min(left, candidateAge)) }
            return .taken(only.acceptance)
        }
    }

    /// How long ago, in seconds, the provider must have taken a message of its list to be taken for ours: by then every
    /// other attempt to the same person is settled or known to be in doubt, unless its worker died and its delivery waits
    /// behind many others. Not much longer than the grace, where that is short to try things.
    private var candidateAge: Double { min(configuration.attemptLifetime + 120, 3 * configuration.inDoubtGrace) }

    private func settleFound(
        _ message: PreparedMessage, attempt: Int, _ acceptance: Acceptance, _ claimed: ClaimedMessage
    ) async throws {
        let now = clock.now()
        guard try await ledger.settleFound(message.key, attempt: attempt, acceptance, now: now) else {
            return try await wait(message, reason: WaitReason.inDoubt, seconds: 5)
        }
        try await tellAccepted(
            message, sid: acceptance.sid, providerStatus: acceptance.status, attempt: attempt,
            decision: claimed.decision, at: now)
        Instruments.shared.count(.accepted, message.messageClass)
    }

    func waitForCallback(
        _ message: PreparedMessage, attempt: Int, since: Date, seconds: Double
    ) async throws(HeldTooLong) {
        // The delivery that told it may have been handed back before it had.
        if message.delivery.isRedelivered || message.isReplay {
            try await publish(message.events.status(.inDoubt, attempt: attempt, at: since))
        }
        try await wait(message, reason: WaitReason.inDoubt, seconds: seconds)
    }

    /// Ends a message whose outcome stays unknown, or that may not be sent again.
    func giveUpUnknown(
        _ message: PreparedMessage, attempt: Int, why: String, _ decision: Decision? = nil
    ) async throws {
        guard try await ledger.abandon(message.key, attempt: attempt, now: clock.now()) else {
            return try await wait(message, reason: WaitReason.inDoubt, seconds: 5)
        }
        try await publish(
            message.events.status(.abandoned, attempt: attempt, at: clock.now()) { event in
                event.reason = Event.Reason(problem: why)
                event.decision = decision?.json
            })
        try await bury(message, reason: "abandoned")
        Instruments.shared.count(.abandoned, message.messageClass)
    }
}
