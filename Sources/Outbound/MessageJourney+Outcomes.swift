import FoundationEssentials
import Logging
import Messaging
import Topics
import Observability

/// What follows a call to the provider.
extension MessageJourney {
    func settlement(_ message: PreparedMessage, _ start: AttemptStart, _ result: Settlement.Result) -> Settlement {
        var settlement = Settlement(
            key: message.key, attempt: start.attempt, worker: configuration.id, result: result, now: clock.now())
        settlement.counted = start
        return settlement
    }

    /// Records the outcome and tells the subscribers; false when the message should be offered again at once.
    func settle(
        _ message: PreparedMessage, _ start: AttemptStart, _ outcome: CarrierOutcome, _ claimed: ClaimedMessage
    ) async throws -> Bool {
        switch outcome {
        case .accepted(let acceptance):
            await record(settlement(message, start, .accepted(acceptance)), message.messageClass)
            try await tellAccepted(
                message, sid: acceptance.sid, providerStatus: acceptance.status, attempt: start.attempt,
                decision: start.decision, at: clock.now())
            Instruments.shared.count(.accepted, message.messageClass)
            return true
        case .refused(let refusal) where refusal.error?.concernsAccount == true:
            await record(settlement(message, start, .held), message.messageClass)
            try await accountRefused(message, attempts: start.attempt, claimed)
            return true
        case .refused(let refusal) where refusal.isRetryable && mayTryAgain(message, refusal):
            await record(settlement(message, start, .held), message.messageClass)
            return try await tryLater(message, start, refusal, claimed)
        case .refused(let refusal):
            await record(settlement(message, start, .refused(code: refusal.error?.code)), message.messageClass)
            try await tellRefused(
                message, attempt: start.attempt, error: refusal.error, reason: refusal.reason,
                decision: start.decision, at: clock.now())
            try await keepRefused(message, error: refusal.error)
            Instruments.shared.count(.refused, message.messageClass)
            return true
        case .unknown(let reason):
            await record(settlement(message, start, .unknown), message.messageClass)
            try await tellInDoubt(message, attempt: start.attempt, reason: reason)
            return true
        }
    }

    /// Records the end of a call. The outcome is known to nobody else, so a ledger that is away is asked a few times;
    /// after that the events carry it: the recorder settles an attempt whose `accepted` it reads, and a repeat finds
    /// the attempt open and is not sent.
    func record(_ settlement: Settlement, _ messageClass: MessageClass) async {
        for pauseBefore in [0, 0.2, 1, 3.0] {
            if pauseBefore > 0 { await pause(pauseBefore, messageClass) }
            do {
                if try await !ledger.settle(settlement) {
                    logger.warning(
                        "An attempt was no longer this worker's when it ended", metadata: metadata(settlement))
                }
                return
            } catch {
                continue
            }
        }
        logger.error("The ledger did not record the end of an attempt", metadata: metadata(settlement))
    }

    func tellAccepted(
        _ message: PreparedMessage, sid: String, providerStatus: String, attempt: Int, decision: [UInt8]?,
        at time: Date
    ) async throws(HeldTooLong) {
        let events = message.events.status(.accepted, attempt: attempt, at: time) { event in
            event.provider = Event.Provider(sid: sid, status: providerStatus)
            event.decision = decision
        }
        try await publish(events)
    }

    func tellRefused(
        _ message: PreparedMessage, attempt: Int, error: ProviderError?, reason: String?, decision: [UInt8]?,
        at time: Date
    ) async throws(HeldTooLong) {
        if let error, error.isOptOut(sender: message.program) {
            let revoked = message.events.revoked(
                by: error, program: message.program, sender: message.route.senderAlias, attempt: attempt, at: time)
            try await publish(revoked)
        }
        let events = message.events.status(.refused, attempt: attempt, at: time) { event in
            event.error = error
            event.reason = reason.map { Event.Reason(problem: $0) }
            event.decision = decision
        }
        try await publish(events)
    }

    /// Who opted out stays out; everything else can be corrected and replayed.
    func keepRefused(_ message: PreparedMessage, error: ProviderError?) async throws(HeldTooLong) {
        guard error?.isOptOut(sender: message.program) != true else { return }
        try await bury(message, reason: error.map { "refused:\($0.code)" } ?? "refused")
    }

    func tellInDoubt(_ message: PreparedMessage, attempt: Int, reason: String) async throws(HeldTooLong) {
        let events = message.events.status(.inDoubt, attempt: attempt, at: clock.now()) { event in
            event.reason = Event.Reason(problem: reason)
        }
        try await publish(events)
        try await wait(message, reason: WaitReason.inDoubt, seconds: configuration.inDoubtGrace)
        Instruments.shared.count(.unknown, message.messageClass)
    }

    private func mayTryAgain(_ message: PreparedMessage, _ refusal: Refusal) -> Bool {
        // A provider that was never reached costs no attempt of the message: an outage may last.
        refusal.error == nil || message.answers < configuration.maximumAttempts
    }

    /// How many short waits a delivery spends here: a provider that keeps asking for one is throttling, and the ladder
    /// spreads the calls.
    private static let shortWaits = 2

    /// A short wait that the provider asked for is spent here; a longer one on the delay ladder. Waits that many messages
    /// are told at once are stretched by up to a half, so that they do not come back at once; ``spread(_:)`` does the same
    /// for those of the ladder.
    private func tryLater(
        _ message: PreparedMessage, _ start: AttemptStart, _ refusal: Refusal, _ claimed: ClaimedMessage
    ) async throws -> Bool {
        if let seconds = refusal.retryAfter, seconds < 5, message.shortWaits < Self.shortWaits {
            message.shortWaits += 1
            await pause(max(seconds, 0.1) * (1 + clock.jitter() / 2), message.messageClass)
            return false
        }
        let step = stepBeforeNextCall(message, start, refusal)
        let reason = WaitReason.putOff(refusal.error)
        try await tellDeferred(message, attempts: start.attempt, reason: reason, known: claimed.deferralReason) {
            event in
            event.reason = Event.Reason(problem: refusal.reason)
            event.until = clock.now().addingTimeInterval(step.seconds)
        }
        try await wait(message, reason: reason, seconds: step.seconds)
        return true
    }

    /// Each wait is longer than the one before, and never shorter than the provider asked for: when the message comes
    /// back it is called. What only gets better in minutes or hours begins with minutes.
    private func stepBeforeNextCall(
        _ message: PreparedMessage, _ start: AttemptStart, _ refusal: Refusal
    ) -> DelayStep {
        let tries = refusal.error == nil ? start.attempt : message.answers
        let own = DelayStep.afterAttempts(refusal.error?.retryable == .delayed ? tries + 2 : tries)
        guard let asked = refusal.retryAfter.map({ DelayStep.lasting(seconds: $0) }) else { return own }
        return asked.seconds > own.seconds ? asked : own
    }
}

extension CarrierOutcome {
    /// Whether the provider has answered; one that was not reached, or whose answer was lost, has not.
    var isAnswer: Bool {
        switch self {
        case .accepted: true
        // An account that is refused costs no attempt either.
        case .refused(let refusal): refusal.error.map { !$0.concernsAccount } ?? false
        case .unknown: false
        }
    }
}
