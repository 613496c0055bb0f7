import AMQP
import FoundationEssentials
import Logging
import Messaging
import Observability
import Policy
import Topics

/// The way of one delivery through the worker, from the broker's bytes to the acknowledgement: read, prepare, claim,
/// judge, win the attempt, call, settle, tell.
struct MessageJourney: Sendable {
    private let parts: WorkerParts
    /// Since when the delivery is held, on the worker's clock.
    let heldSince: Double

    var configuration: WorkerConfiguration { parts.configuration }
    var directory: Directory { parts.directory }
    var templates: TemplateCatalog { parts.templates }
    var policy: PolicyEngine { parts.policy.current }
    var tokens: RecipientTokenKeys { parts.tokens }
    var ledger: any MessageLedger { parts.ledger }
    var outbox: any Outbox { parts.outbox }
    var clock: WorkerClock { parts.clock }
    var logger: Logger { parts.logger }
    var circuits: AccountCircuits { parts.circuits }

    /// Begins now.
    init(_ parts: WorkerParts) {
        self.parts = parts
        heldSince = parts.clock.elapsed()
    }

    /// Waits without holding a slot.
    func pause(_ seconds: Double, _ messageClass: MessageClass) async { await parts.pause(seconds, messageClass) }

    /// How often a message is judged again at once when its facts changed under the decision.
    private static let rounds = 5

    /// Works a delivery off; returns when it may be acknowledged.
    ///
    /// - Throws: ``HeldTooLong`` when it must be handed back instead.
    func travel(_ delivery: Delivery, from queueClass: MessageClass) async throws(HeldTooLong) {
        let strain = DeliveryStrain(delivery, limit: configuration.deliveryLimit)
        guard strain != .last else { return try await giveUpUnread(delivery, from: queueClass) }
        switch Arrival(delivery, from: queueClass, requiresUserID: configuration.requiresUserID) {
        case .copy(let reason):
            try await discardCopy(delivery, queueClass: queueClass, reason: reason)
        case .unreadable(let envelope, let problem):
            try await reject(delivery, envelope: envelope, request: nil, problem: problem)
        case .request(let received):
            do {
                let message = try PreparedMessage(received, delivery: delivery, journey: self)
                if strain == .severe { try await giveUp(message) } else { try await send(message) }
            } catch let problem as RequestProblem {
                try await reject(delivery, envelope: received.envelope, request: received.request, problem: problem)
            } catch let tooLong as HeldTooLong {
                throw tooLong
            } catch {
                try await waitForLedger(delivery, received, error: error)
            }
        }
    }

    private func send(_ message: PreparedMessage) async throws {
        for _ in 0..<Self.rounds {
            let claimed = try await ledger.claim(message.claim(at: clock.now()))
            guard claimed.isSameRequest else { return try await refuseConflict(message) }
            let attempts: Int
            switch claimed.state {
            case .held(let count):
                attempts = count
            case .unknown(let attempt, let since):
                guard try await mayCallAgain(message, attempt: attempt, since: since, claimed) else { return }
                attempts = attempt
            default:
                if try await reopen(message, claimed) { continue }
                return try await resume(message, claimed.state, claimed)
            }
            let decision = judge(message, claimed.facts)
            switch decision.outcome {
            case .allow, .warn, .redact: break
            case .defer: return try await putOff(message, decision, attempts: attempts, claimed)
            case .drop, .block, .reject:
                if case .unknown(let attempt, _) = claimed.state {
                    return try await giveUpUnknown(
                        message, attempt: attempt,
                        why: "the provider did not take it, and it may not be sent any more", decision)
                }
                return try await end(message, decision)
            }
            guard try await mayCallAccount(message, attempts: attempts, claimed) else { return }
            let start = message.start(
                attempt: attempts + 1, worker: configuration.id, decision: decision, facts: claimed.facts,
                at: clock.now())
            let asked = clock.elapsed()
            switch try await ledger.begin(start) {
            case .factsChanged: continue
            case .superseded(let state): return try await resume(message, state, claimed)
            case .granted: break
            }
            guard clock.elapsed() - asked < configuration.attemptWindow else {
                await record(settlement(message, start, .held), message.messageClass)
                continue
            }
            let outcome = await call(message, attempt: start.attempt)
            if outcome.isAnswer { message.answers += 1 }
            if try await settle(message, start, outcome, claimed) { return }
        }
        try await wait(message, reason: "contention", seconds: 5)
    }

    private func call(_ message: PreparedMessage, attempt: Int) async -> CarrierOutcome {
        let start = ContinuousClock.now
        let outcome = await message.route.account.carrier.send(message.outbound(attempt: attempt))
        let result: Instruments.CallOutcome =
            switch outcome {
            case .accepted: .accepted
            case .refused: .refused
            case .unknown: .unknown
            }
        Instruments.shared.recordCall(result, took: ContinuousClock.now - start)
        return outcome
    }

    /// The policy's judgement, and the one rule that is the deployment's: staging calls nobody but those it lists.
    private func judge(_ message: PreparedMessage, _ facts: RecipientFacts) -> Decision {
        let decision = policy.decide(message.candidate, facts: facts, now: clock.now())
        guard let allowed = configuration.allowedRecipients, !allowed.contains(message.request.to.number) else {
            return decision
        }
        let reason = Decision.Reason(
            rule: "guard.staging", effect: .block,
            why: "this deployment is staging, and the recipient is not in SWITCHBOARD_ALLOWED_RECIPIENTS")
        return Decision(
            reasons: decision.reasons + [reason], passed: decision.passed, notRun: decision.notRun,
            notBefore: decision.notBefore, expiresAt: decision.expiresAt, facts: decision.facts,
            policy: decision.policy)
    }
}
