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
    var ledgerOutage: Outage { parts.ledgerOutage }

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
                if try await keepInDoubt(delivery, received, problem) { return }
                try await reject(delivery, envelope: received.envelope, request: received.request, problem: problem)
            } catch let tooLong as HeldTooLong {
                throw tooLong
            } catch {
                try await waitForLedger(delivery, received, error: error)
            }
        }
    }

    private func send(_ message: PreparedMessage) async throws {
        await spread(message)
        for _ in 0..<Self.rounds {
            // One policy for the text, for what is asked and for how the answer is judged.
            let policy = policy
            message.review(by: policy)
            let now = clock.now()
            let asked = clock.elapsed()
            let permit = circuits.standingPermit(message.route.account.alias)
            let traffic = trafficQuestion(message, policy)
            let (claimed, begun) = try await ledger.claim(
                message.claim(at: now, asking: traffic),
                beginning: attempt(message, permit: permit, at: now, counting: traffic))
            if ledgerOutage.ends() { logger.notice("The ledger is back") }
            guard claimed.isSameRequest else { return try await refuseConflict(message) }
            if let begun, let permit {
                if try await carry(message, begun, claimed, permit, asked: asked) { return }
                continue
            }
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
            let decision = judge(message.question, claimed, at: clock.now())
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
            let given: AccountCircuits.Permit
            switch try await admit(message, attempts: attempts, claimed) {
            case .may(let permit): given = permit
            case .again: continue
            case .putOff: return
            }
            let askedAgain = clock.elapsed()
            let start = message.start(worker: configuration.id, at: clock.now(), counting: traffic)
                .after(attempts, decision, claimed.facts)
            let late = BegunAttempt(start: start, grant: try await ledger.begin(start))
            if try await carry(message, late, claimed, given, asked: askedAgain) { return }
        }
        try await wait(message, reason: "contention", seconds: 5)
    }

    /// Begins the call of a message that waits for nothing, where it is claimed: its facts cannot change in between.
    private func attempt(
        _ message: PreparedMessage, permit: AccountCircuits.Permit?, at now: Date, counting traffic: TrafficQuestion
    ) -> @Sendable (ClaimedMessage) -> AttemptStart? {
        let start = message.start(worker: configuration.id, at: now, counting: traffic)
        let question = message.question
        return { [self] claimed in
            guard permit != nil, claimed.isSameRequest, case .held(let attempts) = claimed.state else { return nil }
            let decision = judge(question, claimed, at: now)
            return decision.outcome < .defer ? start.after(attempts, decision, claimed.facts) : nil
        }
    }

    /// Calls the provider, if the ledger lets this worker; true when the message has come to an end here.
    private func carry(
        _ message: PreparedMessage, _ begun: BegunAttempt, _ claimed: ClaimedMessage, _ permit: AccountCircuits.Permit,
        asked: Double
    ) async throws -> Bool {
        let start = begun.start
        switch begun.grant {
        case .factsChanged: return false
        case .superseded(let state):
            try await resume(message, state, claimed)
            return true
        case .granted: break
        }
        let validity = start.validity(at: clock.now())
        guard clock.elapsed() - asked < configuration.attemptWindow, validity ?? 1 > 0 else {
            await record(settlement(message, start, .held), message.messageClass)
            return false
        }
        let began = clock.elapsed()
        let outcome = await call(message, attempt: start.attempt, validity: validity)
        circuits.ended(permit, outcome.accountAnswer, began: began)
        if outcome.isAnswer { message.answers += 1 }
        return try await settle(message, start, outcome, claimed)
    }

    private func call(_ message: PreparedMessage, attempt: Int, validity: Int?) async -> CarrierOutcome {
        let start = ContinuousClock.now
        var outbound = message.outbound(attempt: attempt)
        outbound.validityPeriod = validity
        let outcome = await message.route.account.carrier.send(outbound)
        let result: Instruments.CallOutcome =
            switch outcome {
            case .accepted: .accepted
            case .refused: .refused
            case .unknown: .unknown
            }
        Instruments.shared.recordCall(result, took: ContinuousClock.now - start)
        return outcome
    }
}
