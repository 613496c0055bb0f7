import EventLoop
import FoundationEssentials
import Logging
import Messaging
import Observability
import Twilio

/// Asks the provider about an account's messages whose final status no callback has told, one after the other.
///
/// The recorder ends a message's wait when it records the final status that is published here; until then it stays in the
/// ledger, and is asked about again after waits that grow. Of several bridges one asks about each message.
struct StatusLookUp: Sendable {
    let account: BridgeConfiguration.Account
    let source: any MessageSource
    let ledger: any AwaitedLedger
    let options: LookUpOptions
    let intake: WebhookIntake
    let loop: EventLoop
    let logger: Logger

    /// Asks whenever something is due, until the task is cancelled.
    func run() async {
        let alarm = Alarm(loop: loop)
        var trouble = LookUpTrouble("statuses", account: account.alias, options: options, logger: logger)
        for await _ in alarm.wakes {
            do {
                let count = try await askAboutDue()
                if count > 0 { trouble.isOver() }
                alarm.set(after: count < options.batch ? options.idleInterval : options.requestInterval)
            } catch {
                guard !Task.isCancelled else { return }
                Instruments.shared.countStatusLookUp(.failed)
                alarm.set(after: trouble.pause(after: error))
            }
        }
    }

    /// Asks about what is due, a batch at most; how many there were. A failure ends the batch: the rest is due again at once.
    func askAboutDue() async throws -> Int {
        let now = intake.now()
        let due = try await ledger.takeDue(
            account: account.alias, now: now, leasedUntil: now.addingTimeInterval(options.lease),
            limit: options.batch)
        for (number, awaited) in due.enumerated() {
            guard !Task.isCancelled else { break }
            if number > 0 { await loop.sleep(for: .seconds(options.requestInterval)) }
            do {
                try await ask(about: awaited)
            } catch {
                await putBehind(awaited)
                // What cannot be put back comes again when its lease has ended.
                for next in due.dropFirst(number + 1) { try? await ledger.putOff(next, until: now) }
                throw error
            }
        }
        return due.count
    }

    /// One that fails each time must not stand before all the others each time.
    private func putBehind(_ awaited: AwaitedStatus) async {
        try? await ledger.putOff(awaited, until: intake.now().addingTimeInterval(options.secondLook))
    }

    private func ask(about awaited: AwaitedStatus) async throws {
        let found = try await source.message(awaited.sid)
        let now = intake.now()
        let looks = awaited.looks + 1
        var events = found.map { intake.events.status($0, of: awaited, account: account, at: now) } ?? []
        var outcome = found.map(Self.outcome) ?? .absent
        if let why = whyHopeless(outcome, awaited, looks: looks, at: now) {
            outcome = .abandoned
            events.append(
                intake.events.abandoned(
                    awaited, account: account.alias, status: found?.resource.status.word, why: why, at: now))
            logger.warning(
                "A message's final status stays unknown",
                metadata: [
                    "app": "\(awaited.key.app)", "message.id": "\(awaited.key.messageID)",
                    "message.sid": "\(awaited.sid)", "reason": "\(why)",
                ])
        }
        try await intake.publish(events)
        try await ledger.noteLook(
            awaited.key, looks: looks, next: now.addingTimeInterval(options.wait(afterLooks: looks)))
        Instruments.shared.countStatusLookUp(outcome)
    }

    private static func outcome(_ found: FoundMessage) -> Instruments.StatusLookUp {
        found.resource.status.messageStatus?.isFinal == true ? .final : .pending
    }

    /// Why nobody will ever know, or nil. What the provider does not know at two looks was deleted there, or is another
    /// account's.
    private func whyHopeless(
        _ outcome: Instruments.StatusLookUp, _ awaited: AwaitedStatus, looks: Int, at now: Date
    ) -> String? {
        switch outcome {
        case .absent where looks >= 2: return "the provider does not know the message"
        case .pending where now.timeIntervalSince(awaited.acceptedAt) >= options.patience:
            return "the provider has no final status \(Int(options.patience / 3600)) hours after it took the message"
        default: return nil
        }
    }
}
