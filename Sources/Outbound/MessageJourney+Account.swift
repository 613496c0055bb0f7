import FoundationEssentials
import Logging
import Messaging
import Topics

/// What is done about an account that the provider refuses.
extension MessageJourney {
    /// Puts the message off while its account is paused; true when it may be offered.
    func mayCallAccount(_ message: PreparedMessage, attempts: Int, _ claimed: ClaimedMessage) async throws -> Bool {
        let now = clock.now()
        guard case .paused(let until) = circuits.verdict(message.route.account.alias, now: now) else { return true }
        try await waitForAccount(message, attempts: attempts, until: until, claimed)
        return false
    }

    /// The provider refused the account, not the message: the first such answer pauses it, and the message waits.
    func accountRefused(
        _ message: PreparedMessage, attempts: Int, _ error: ProviderError, _ claimed: ClaimedMessage
    ) async throws {
        let alias = message.route.account.alias
        let now = clock.now()
        if let since = circuits.refused(alias, now: now) {
            logger.error(
                "The provider refuses the account; its messages wait",
                metadata: ["account": "\(alias)", "error": "\(error)"])
            try await publish(accountEvent("paused", alias, since: since, at: now, error))
        }
        // Never before the account may work again, and a little apart from the others that wait with it.
        let until = now.addingTimeInterval(AccountCircuits.shortestWait)
        try await waitForAccount(message, attempts: attempts, until: until, claimed)
    }

    /// The provider dealt with a message of the account.
    func accountWorked(_ alias: String) async throws(HeldTooLong) {
        guard let since = circuits.worked(alias) else { return }
        logger.notice("The provider takes the account again", metadata: ["account": "\(alias)"])
        try await publish(accountEvent("resumed", alias, since: since, at: clock.now()))
    }

    private func waitForAccount(
        _ message: PreparedMessage, attempts: Int, until: Date, _ claimed: ClaimedMessage
    ) async throws {
        let reason = "account-paused"
        try await tellDeferred(message, attempts: attempts, reason: reason, known: claimed.deferralReason) { event in
            event.until = until
            event.reason = Event.Reason(field: "account", problem: "the provider refuses the account's credentials")
        }
        try await wait(message, reason: reason, seconds: max(until.timeIntervalSince(clock.now()), 5))
    }

    /// The same pause has the same id, whoever tells it again.
    private func accountEvent(
        _ name: String, _ alias: String, since: Date, at now: Date, _ error: ProviderError? = nil
    ) -> Event {
        let id = "account/\(alias)/\(configuration.id)/\(formatRFC3339(since))/\(name)"
        var event = Event(
            id: id, name: EventName(family: "account", name: name), subject: alias, time: now,
            message: MessageContext(account: alias))
        event.error = error
        event.details = ["worker": configuration.id]
        return event
    }
}
