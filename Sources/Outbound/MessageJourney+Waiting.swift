import AMQP
import FoundationEssentials
import Logging
import Messaging
import Topics
import Observability

/// How a message waits: on the delay ladder, never unacknowledged.
extension MessageJourney {
    /// The policy says later.
    func putOff(
        _ message: PreparedMessage, _ decision: Decision, attempts: Int, _ claimed: ClaimedMessage
    ) async throws {
        let reason = decision.decidingReason?.rule ?? "policy"
        let now = clock.now()
        let until = decision.notBefore ?? now.addingTimeInterval(5)
        if decision.reasons.contains(where: { $0.rule == "opt-out.not-current" && $0.effect == .defer }) {
            Instruments.shared.countOptOutsNotCurrent()
        }
        try await tellDeferred(message, attempts: attempts, reason: reason, known: claimed.deferralReason) { event in
            event.until = until
            event.decision = decision.json
        }
        try await wait(message, reason: reason, seconds: until.timeIntervalSince(now))
    }

    /// Tells the subscribers once for each reason, not at every hop.
    func tellDeferred(
        _ message: PreparedMessage, attempts: Int, reason: String, known: String?,
        change: (inout Event) -> Void
    ) async throws {
        guard known != reason else { return }
        try await publish(
            message.events.status(.deferred, attempt: attempts, at: clock.now(), step: reason, change: change))
        do {
            try await ledger.noteDeferral(message.key, reason: reason, now: clock.now())
        } catch {
            // At worst it is told again. To wait for the ledger would forget how long the provider asked to wait, and that
            // it has answered.
            noteLedgerAway(error)
        }
        Instruments.shared.count(.deferred, message.messageClass)
    }

    /// Messages that the provider put off at one moment come back from a rung of the ladder at one moment; they are called
    /// over the seconds that follow, or the provider would put them off again.
    func spread(_ message: PreparedMessage) async {
        guard WaitReason.wasPutOff(message.received.envelope.progress?.reason) else { return }
        let seconds = clock.jitter() * DelayStep.fiveSeconds.seconds
        if seconds > 0 { await pause(seconds, message.messageClass) }
    }

    /// Puts the request on the rung of the ladder that fits.
    func wait(_ message: PreparedMessage, reason: String, seconds: Double) async throws(HeldTooLong) {
        let step = DelayStep.fitting(seconds: seconds)
        try await republish(
            message.delivery, message.progress(reason: reason, now: clock.now()), to: Exchange.delay,
            routingKey: "\(message.messageClass.rawValue).\(step.rawValue)")
    }

    /// Nothing can be recorded, so nothing is sent: the message waits until the ledger is back.
    func waitForLedger(
        _ delivery: Delivery, _ received: ReceivedRequest, error: any Error
    ) async throws(HeldTooLong) {
        noteLedgerAway(error)
        // The ledger has yet to learn that an operator gave it back, or that a call may have been made.
        let told = received.envelope.progress?.reason
        let mustLearn = received.envelope.isReplay || WaitReason.followsCall(told)
        let progress = ProgressHeaders(
            app: received.key.app, purpose: received.purpose,
            attempts: received.envelope.progress?.attempts ?? 0,
            firstAt: received.envelope.progress?.firstAt ?? clock.now(),
            reason: mustLearn ? told : "ledger-away")
        let messageClass = received.envelope.messageClass
        try await republish(
            delivery, progress, to: Exchange.delay,
            routingKey: "\(messageClass.rawValue).\(DelayStep.fiveSeconds.rawValue)")
    }

    private func noteLedgerAway(_ error: any Error) {
        guard ledgerOutage.begins() else { return }
        logger.error("The ledger is away; messages wait", metadata: ["error": "\(error)"])
    }

    /// A message that may have been called is not told as rejected because the settings have lost what it names, a template
    /// or an account, since: it waits until they have it again, as long as a message may wait.
    ///
    /// - Returns: false for a message that was never called, or has waited that long.
    func keepInDoubt(
        _ delivery: Delivery, _ received: ReceivedRequest, _ problem: RequestProblem
    ) async throws(HeldTooLong) -> Bool {
        guard let progress = received.envelope.progress, WaitReason.followsCall(progress.reason),
            clock.now().timeIntervalSince(progress.firstAt) < configuration.maximumAge
        else { return false }
        logger.error(
            "A message whose outcome is unknown names what the settings lack; it waits for them",
            metadata: ["message.id": "\(received.key.messageID)", "field": "\(problem.field)"])
        try await republish(
            delivery, progress, to: Exchange.delay,
            routingKey: "\(received.envelope.messageClass.rawValue).\(DelayStep.tenMinutes.rawValue)")
        return true
    }

    func republish(
        _ delivery: Delivery, _ progress: ProgressHeaders, to exchange: String, routingKey: String
    ) async throws(HeldTooLong) {
        let message = Message(
            properties: progress.properties(republishing: delivery.message.properties), body: delivery.message.body)
        try await outbox.publish(message, to: exchange, routingKey: routingKey, heldSince: heldSince)
    }
}

/// Why a message waits, where its outcome is the reason.
enum WaitReason {
    /// A call was made, and nobody knows what came of it.
    static let inDoubt = "in-doubt"
    /// Another delivery of the message may be calling.
    static let attempting = "attempting"

    /// The same, where the attempt was begun at an instant that is yet to come.
    static func attempting(_ attempt: Int) -> String { "\(attempting):\(attempt)" }

    /// The provider's list did not show what an attempt may have sent.
    static func absent(attempt: Int) -> String { "\(absentPrefix)\(attempt)" }

    private static let absentPrefix = "absent:"

    /// Whether the list did not show this attempt when the message was put aside.
    static func wasAbsent(_ reason: String?, attempt: Int) -> Bool { reason == absent(attempt: attempt) }

    /// The provider answered with an error that passes.
    static func putOff(_ error: ProviderError?) -> String { error.map { "\(putOffPrefix)\($0.code)" } ?? unreachable }

    private static let putOffPrefix = "retry:"
    private static let unreachable = "provider-unreachable"

    /// Whether a message waited for the provider.
    static func wasPutOff(_ reason: String?) -> Bool {
        reason.map { $0 == unreachable || $0.hasPrefix(putOffPrefix) } ?? false
    }

    /// Whether a message that waited for this reason may have been called.
    static func followsCall(_ reason: String?) -> Bool {
        guard let reason else { return false }
        return reason == inDoubt || reason.hasPrefix(attempting) || reason.hasPrefix(absentPrefix)
    }
}
